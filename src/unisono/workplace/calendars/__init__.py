"""Employees' calendars over HTTP: a feed with its mark, or a CalDAV server. Both are asked politely: nothing is sent twice."""

from unisono.workplace.calendars.pulling import Calendars

__all__ = ["Calendars"]
