"""From the bytes of a workbook (XLSX, XLS, ODS) to grids of plain cells, and what nobody sees in them.

Everything here but `marks` runs in a process of its own (publisher.sandbox), so it imports next to nothing, knows no
dataset kind, and speaks no sentence: `job.read_workbook` gives plain data, `publisher.reading.sheets` takes them up.
Values come from calamine; what calamine does not tell (hidden rows, formulas without a result, errors, number formats
that show another figure, old fonts) is looked for apart, cheaply.
"""
