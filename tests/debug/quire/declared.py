"""Names and numbers from where they are declared: the preprocessor expands them, so nothing is written a second time."""
import re
import subprocess

HEADERS = ["kernel/memory/ledger_word.h", "kernel/memory/ledger.h", "kernel/memory/page_table.h", "kernel/object/task.h",
           "kernel/object/handle_table.h", "servers/frameserv/core/accounts.h", "servers/frameserv/core/keep.h",
           "servers/frameserv/core/account.h", "servers/frameserv/core/lists.h", "servers/frameserv/core/worker.h", "kernel/memory/region.h",
           "quire/abi.h", "quire/start.h", "quire/slot.h", "kernel/layout.h"]
CONSTANTS = ["DIRECT_MAP_ADDRESS", "CPU_ADDRESS", "WINDOW_ADDRESS", "START_PAGE_ADDRESS", "USER_END", "PHYSICAL_MAX",
             "FRAME_SIZE", "SLOT_SIZE", "PRIORITIES", "HANDLES_PER_TABLE", "HANDLE_TABLES_MAX", "TRANSFER_FRAMES",
             "REF_COUNT_UNUSED", "REF_COUNT_UNIQUE", "REF_COUNT_BUSY", "REF_COUNT_MAX",
             "LEDGER_LOCKED", "LEDGER_STATE_SHIFT", "LEDGER_VALUE_SHIFT", "LEDGER_WORDS_PER_LEAF", "LEDGER_LEAF_BUSY",
             "PAGE_PRESENT", "PAGE_WRITE", "PAGE_USER", "PAGE_LARGE", "PAGE_NO_EXECUTE", "PAGE_ADDRESS", "PAGE_TABLE_ROOT",
             "CALL_HALTED", "CALL_REAPS", "INTENT_ACCOUNT", "INTENT_COUNTED", "ACCOUNTS", "ACCOUNT_NOBODY", "ACCOUNT_SYSTEM",
             "ACCOUNT_UNLIMITED", "ACCOUNT_CLOSED", "ACCOUNT_NEVER", "LIST_DYING", "FLAG_BLOCK", "FLAG_CACHED", "FRAME_NONE",
             "GRANULE_FRAMES", "BUDDY_ORDERS", "ZONES", "ZONE_LOW", "ZONE_HIGH_FIRST_FRAME", "BLOCK_NEXT", "BLOCK_PREVIOUS",
             "CACHE_FRAMES"]
# Each table, and which of its columns are the number, the name and others that are asked for here.
TABLES = {
    "kind": ("quire/kinds.def", "KIND(number, NAME, name, untyped, shareable, object, convertible, reads, text)",
             "number name NAME untyped shareable object"),
    "region": ("quire/regions.def", "REGION(number, NAME, name, kind, slots)", "number name NAME slots"),
    "right": ("quire/rights.def", "RIGHT(bit, NAME, letter, text)", "bit letter NAME"),
    "service_right": ("quire/service_rights.def", "SERVICE_RIGHT(bit, NAME, name, text)", "bit name NAME"),
    "state": ("quire/task_states.def", "TASK_STATE(number, NAME, name, text)", "number name NAME"),
    "end": ("quire/task_states.def", "TASK_END(number, NAME, name, text)", "number name NAME"),
    "action": ("quire/actions.def", "ACTION(number, NAME, name, text)", "number name NAME"),
    "mode": ("quire/modes.def", "MODE(number, NAME, name, text)", "number name NAME"),
    "operation": ("quire/messages.def",
                  "MESSAGE(number, NAME, name, modes, want, idempotent, in, out, errors, text)", "number #name NAME"),
    "exception": ("quire/exceptions.def", "EXCEPTION(number, name)", "number name"),
    "error": ("quire/errors.def", "ERROR(number, NAME, name, text)", "number name NAME"),
}


def _source():
    """What is to be preprocessed: a line for each constant and each row, which expands to its values."""
    for header in HEADERS:
        yield "#include <%s>" % header
    for name in CONSTANTS:
        yield '@constant "%s" %s' % (name, name)
    for table, (file, macro, columns) in TABLES.items():
        columns = " ".join("#NAME" if column == "NAME" else column for column in columns.split())
        yield "#undef %s" % macro.split("(")[0]
        yield "#define %s @%s %s" % (macro, table, columns)
        yield "#include <%s>" % file
        yield "#undef %s" % macro.split("(")[0]


def _value(text):
    """A constant expression of C, of integers only."""
    text = re.sub(r"\(uint(32|64)_t\)", "", text)
    text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
    if not re.fullmatch(r"[0-9a-fA-Fx()+*/<|& -]+", text):
        raise ValueError("no integer: " + text)
    return int(eval(text.replace("/", "//"))) % 2 ** 64  # only digits and operators are left


def _preprocess():
    command = ["cpp", "-P", "-I.", "-Ilibipc/include", "-D_GNU_SOURCE", "-"]
    done = subprocess.run(command, input="\n".join(_source()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError("the declarations can't be read: " + done.stderr.splitlines()[0])
    return done.stdout


class Row:
    """A line of a table: number, name as people see it, NAME as in the sources, further columns."""

    def __init__(self, columns, values):
        for column, value in zip(columns, values):
            setattr(self, column.lstrip("#"), value)
        self.number = values[0]
        self.name = values[1]


class Table:
    def __init__(self):
        self.rows = {}

    def name(self, number):
        row = self.rows.get(number)
        return row.name if row else "%d, which is none" % number

    def names(self, bits):
        """The names of the bits of a set."""
        return [row.name for number, row in sorted(self.rows.items()) if bits >> number & 1]

    def column(self, number, column):
        row = self.rows.get(number)
        return getattr(row, column) if row else 0


def _read():
    constants, tables, numbers = {}, {name: Table() for name in TABLES}, {}
    for line in _preprocess().splitlines():
        if not line.startswith("@"):
            continue
        word, rest = line[1:].split(" ", 1)
        if word == "constant":
            name, rest = re.fullmatch(r'"(\w+)" (.*)', rest).groups()
            constants[name] = _value(rest)
            continue
        columns = TABLES[word][2].split()
        values = [piece[1:-1] if piece.startswith('"') else _value(piece)
                  for piece in re.findall(r'"[^"]*"|[^\s"]+', rest)]
        row = Row(columns, values)
        tables[word].rows[row.number] = row
        if hasattr(row, "NAME"):
            numbers["%s_%s" % (word.upper(), row.NAME)] = row.number
    return constants, tables, numbers


class _Declared:
    """Everything by name: declared.FRAME_SIZE, declared.KIND_TASK, declared.kind.name(3)."""

    def __init__(self):
        constants, self.tables, numbers = _read()
        self.__dict__.update(constants)
        self.__dict__.update(numbers)
        self.__dict__.update(self.tables)


declared = _Declared()


def letters(rights):
    """Rights of a handle by their letters."""
    return "".join(declared.right.names(rights)) or "-"
