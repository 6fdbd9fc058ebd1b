"""One router per noun."""

from api.routers import health, me

ROUTERS = (health.router, me.router)
TAGS = [
    {"name": "健康", "description": "进程、数据库与后台工作是否正常"},
    {"name": "本人", "description": "令牌所代表的账号"},
    {"name": "收件箱", "description": "通知：已读、签收"},
]
