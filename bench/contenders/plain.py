"""Only the standard library. Arguments: kind, records, format, output file."""

import csv
import json
import sys

from pages import COLUMNS, pages, to_row

kind, records, file_format, path = sys.argv[1:]
columns = COLUMNS[kind]
number = 0
with open(path, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    if file_format == "csv":
        writer.writerow(columns)
    for page in pages(kind, int(records)):
        for record in page:
            row = to_row(kind, record, number)
            number += 1
            if file_format == "csv":
                writer.writerow([json.dumps(cell) if isinstance(cell, list) else cell for cell in row])
            else:
                file.write(json.dumps(dict(zip(columns, row)), ensure_ascii=False) + "\n")
