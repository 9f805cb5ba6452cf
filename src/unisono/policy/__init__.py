"""Rules ("when ... if ... then"), approvals, freeze and quiet hours.

Pure. A rule decides on facts that it is given and names itself in the reason.
"""
