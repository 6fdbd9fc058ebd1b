"""One router per noun."""

from api.routers import health, me, projects, requests

ROUTERS = (health.router, me.router, projects.router, requests.router)
TAGS = [
    {"name": "健康", "description": "进程、数据库与后台工作是否正常"},
    {"name": "本人", "description": "令牌所代表的账号"},
    {"name": "项目", "description": "列表、详情、上报、退出与变更"},
    {"name": "申请", "description": "核定、退回、撤回"},
    {"name": "收件箱", "description": "通知：已读、签收"},
]
