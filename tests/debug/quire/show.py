"""How commands print: columns that line up, and values in one form everywhere."""
from .declared import declared, letters
from .memory import PAGE, Trouble, access


def columns(rows, indent=""):
    """Prints rows of text so that their columns line up; the last column is left as it is."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]) - 1)] if rows else []
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths))
        print((indent + line + ("  " if widths else "") + row[-1]).rstrip())


def title(text):
    """The name of a part in the first column, values in the next."""
    return text.ljust(10)


def plural(count, word):
    return "%d %s%s" % (count, word, "" if count == 1 else "s")


def handle_value(entry, place):
    """A handle as its task has it; hidden ones have no value."""
    return "0x%x" % (entry.generation << 32 | place) if isinstance(place, int) else place


def account_name(number):
    return "system" if number == declared.ACCOUNT_SYSTEM else str(number)


def limit_text(limit):
    return "none" if limit == declared.ACCOUNT_UNLIMITED else str(limit)


def badge_text(machine, entry):
    """The badge of an endpoint handle: that of the frame server's says whose account pays, and what it may."""
    if entry.frame != machine.server_endpoint:
        return "badge 0x%x" % entry.place
    rights = " ".join(declared.service_right.names(entry.place >> 32))
    return "badge account %d%s" % (entry.place % 2 ** 32, ": " + rights if rights else "")


def mapping_text(machine, entry):
    """What a handle is used for, besides being held."""
    shapes = machine.shapes
    if entry.kind == declared.KIND_ENDPOINT:
        return badge_text(machine, entry)
    if entry.kind == declared.KIND_HANDLE_TABLE and entry.state == shapes.HANDLE_INSTALLED:
        return "handles from 0x%x on" % (entry.detail // PAGE * declared.HANDLES_PER_TABLE)
    if entry.kind == declared.KIND_PAGE_TABLE and entry.place:
        level = entry.detail % PAGE
        return "level %d for 0x%x" % (level, entry.detail - level)
    if declared.kind.column(entry.kind, "untyped") and entry.place:
        return "mapped at 0x%x%s" % (entry.detail, mapping_rights(machine, entry))
    if entry.kind == declared.KIND_TASK:
        return machine.task_name(declared.DIRECT_MAP_ADDRESS + entry.frame * PAGE)
    return ""


def mapping_rights(machine, entry):
    try:
        found = machine.memory.entry(machine.task_at(entry.owner).record.root, entry.detail)
    except Trouble:
        return ""  # whoever looks at the frame is told why
    if found and found[1] & declared.PAGE_PRESENT and found[1] & declared.PAGE_ADDRESS == entry.frame * PAGE:
        return " " + letters(access(found[1]))
    return ", but is not there"
