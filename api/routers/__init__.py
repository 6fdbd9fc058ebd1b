"""One router per noun."""

from api.routers import bulletins, escalations, health, inbox, me, projects, requests, tasks

ROUTERS = (
    health.router,
    me.router,
    projects.router,
    requests.router,
    tasks.router,
    inbox.router,
    escalations.router,
    bulletins.router,
)
TAGS = [
    {"name": "健康", "description": "进程、数据库与后台工作是否正常"},
    {"name": "本人", "description": "令牌所代表的账号"},
    {"name": "项目", "description": "列表、详情、上报、退出与变更"},
    {"name": "申请", "description": "核定、退回、撤回"},
    {"name": "事项", "description": "在办、逾期、本人的、某单位的"},
    {"name": "收件箱", "description": "通知：已读、签收"},
    {"name": "督办", "description": "逾期督办报告"},
    {"name": "通报", "description": "月度通报：草稿、发布、下载"},
]
