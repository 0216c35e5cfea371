"""Routing tables: texts of routes become constants, or a table as binary data.

`read_rows` reads the arguments and the files that they name, `table_value` chooses how the program
looks its table up.
"""

from pmill.elaborate.routing.rows import Rows, counted, read_rows
from pmill.elaborate.routing.table import table_value

__all__ = ["Rows", "counted", "read_rows", "table_value"]
