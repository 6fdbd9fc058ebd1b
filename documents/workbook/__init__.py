"""Workbooks in and out: values only, never a session.

`read.read_workbook` finds the tables of an office's own workbook, `annotate.annotate` marks its wrong cells,
`template.template` makes a blank one.
"""
