"""Layouts of C structures, from debug information, and records: their members in bytes that were read.

A layout is copied when the symbols are loaded, so it stays known while those of another task are."""
import gdb

ENUMS = ["ledger_state", "handle_state", "task_halt", "task_hidden", "reap_stage"]
KERNEL = ["task", "handle_entry", "endpoint", "cpu", "worker_control", "slot", "memory", "region_table", "start_page"]
SERVER = ["keep"]
ENUMERATORS = ["LIST_WORD_FRONT", "LIST_WORD_BACK", "LIST_WORD_LENGTH", "LIST_WORD_ID", "MEMBER_NEXT", "MEMBER_PREVIOUS"]
KERNEL_VARIABLES = ["memory", "ledger_directory", "ledger_frame_count"]
STATICS = ["patterns", "keep"]


class Number:
    def __init__(self, size):
        self.size = size

    def at(self, image, offset):
        return int.from_bytes(image[offset:offset + self.size], "little")


class Text:
    def __init__(self, size):
        self.size = size

    def at(self, image, offset):
        text = bytes(image[offset:offset + self.size]).split(b"\0")[0]
        return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in text)


class Array:
    def __init__(self, member, count):
        self.member = member
        self.count = count
        self.size = member.size * count

    def at(self, image, offset):
        return [self.member.at(image, offset + k * self.member.size) for k in range(self.count)]


class Layout:
    """A structure: members by name, each with its place."""

    def __init__(self, gdb_type):
        self.size = gdb_type.sizeof
        self.members = {}
        self._add(gdb_type, 0)

    def _add(self, gdb_type, base):
        for field in gdb_type.fields():
            offset = base + field.bitpos // 8
            if field.name:
                self.members[field.name] = (offset, _layout_of(field.type))
            else:
                self._add(field.type.strip_typedefs(), offset)

    def at(self, image, offset):
        return Record(self, image, offset)

    def offset(self, member):
        return self.members[member][0]


class Record:
    """A structure in bytes; a member is taken out of them when it is asked for."""

    def __init__(self, layout, image, offset=0):
        self._layout = layout
        self._image = image
        self._offset = offset

    def __getattr__(self, name):
        offset, shape = self._layout.members[name]
        value = shape.at(self._image, self._offset + offset)
        self.__dict__[name] = value
        return value


def _layout_of(gdb_type):
    gdb_type = gdb_type.strip_typedefs()
    if gdb_type.code == gdb.TYPE_CODE_ARRAY:
        first, last = gdb_type.range()
        member = gdb_type.target().strip_typedefs()
        if member.sizeof == 1 and member.code == gdb.TYPE_CODE_INT and member.name.endswith("char") and \
                not member.name.startswith("unsigned"):
            return Text(last - first + 1)
        return Array(_layout_of(member), last - first + 1)
    if gdb_type.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return Layout(gdb_type)
    return Number(gdb_type.sizeof)


class Enumeration:
    """An enum without a table: names are its members', in small letters and without what they have in common."""

    def __init__(self, gdb_type):
        names = {field.name: field.enumval for field in gdb_type.fields()}
        self.values = names
        self._names = {value: name.split("_", 1)[1].lower().replace("_", " ") for name, value in names.items()}

    def name(self, value):
        return self._names.get(value, "%d, which is none" % value)


class Shapes:
    """All that is taken from the symbols of kernel and frame server, both of which are loaded."""

    def __init__(self):
        for name in KERNEL + SERVER:
            setattr(self, name, Layout(gdb.lookup_type("struct " + name)))
        for name in ENUMS:
            enumeration = Enumeration(gdb.lookup_type("enum " + name))
            setattr(self, name + "s", enumeration)
            self.__dict__.update(enumeration.values)
        for name in ENUMERATORS:
            setattr(self, name, int(gdb.parse_and_eval(name)))
        self.addresses = {name: _address(gdb.lookup_global_symbol, name) for name in KERNEL_VARIABLES}
        for name in STATICS:
            self.addresses[name] = _address(gdb.lookup_static_symbol, name)


def _address(look_up, name):
    symbol = look_up(name)
    if symbol is None:
        raise LookupError("there is no variable " + name)
    return int(symbol.value().address)
