"""Has delta-rs put the log of a table into a checkpoint and drop the commits before it, as their retention would."""

import re
import sys
from pathlib import Path

from deltalake import DeltaTable

table = Path(sys.argv[1])
DeltaTable(str(table)).create_checkpoint()
for commit in (table / "_delta_log").iterdir():
    if re.fullmatch(r"\d{20}\.json", commit.name):
        commit.unlink()
