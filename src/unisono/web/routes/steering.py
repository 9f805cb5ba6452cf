"""How the day is steered: the wallboard, who is there and what is open, repair; together."""

from unisono.web.routes import live, repair, wallboard

ROUTES = [*wallboard.ROUTES, *live.ROUTES, *repair.ROUTES]
