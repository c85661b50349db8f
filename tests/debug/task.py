"""Debugging the kernel and, beside it, one task at a time.

All tasks are linked to the same addresses, so gdb can hold the symbols of only one of them. `task NAME` says which.
A breakpoint in a task would also stop in any other that runs code at that address; here it gets a condition that
compares the code at the program counter with the task's file, and so stops in that task alone."""
import glob
import os
import struct
import sys

import gdb

USER_START = 0x400000      # libipc/task.lds
USER_END = 0x7FFFFFFFF000  # USER_END in quire/abi.h
PT_LOAD = 1
COMPARED = 64              # bytes of code, which tell two tasks apart


def read_segments(path):
    """The loaded parts of an ELF64 file, as (address, bytes)."""
    with open(path, "rb") as file:
        image = file.read()
    table, = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    for i in range(count):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", image, table + i * size)
        if kind == PT_LOAD:
            yield address, image[offset:offset + length]


class Task:
    def __init__(self, path):
        self.path = os.path.realpath(path)
        self.name = os.path.basename(path)[:-len(".elf")]
        self.segments = list(read_segments(path))

    def has_code(self, address):
        """Whether memory at address holds what this task's file has there."""
        for start, image in self.segments:
            if start <= address < start + len(image):
                code = image[address - start:][:COMPARED]
                try:
                    return bytes(gdb.selected_inferior().read_memory(address, len(code))) == code
                except gdb.MemoryError:
                    return False
        return False


def find_tasks():
    return [Task(path) for path in os.environ.get("QUIRE_EXTRA_TASKS", "").split() + sorted(glob.glob("build/tasks/*.elf"))]


def in_user_code(address):
    return USER_START <= address < USER_END


def program_counter():
    return int(gdb.parse_and_eval("(unsigned long)$pc"))


class TaskCommand(gdb.Command):
    """task [NAME]
Loads the symbols of task NAME in place of those of the task before; without NAME, tells whose they are, which tasks
there are, and which of them the processor is in. `break` and `hbreak` at places in a task stop in that task alone.
Code of a task is not in memory until the kernel has loaded it; both kinds of breakpoint can be set before that.
A breakpoint counts only while the symbols of its task are the ones that are loaded: set them task by task."""

    def __init__(self):
        super().__init__("task", gdb.COMMAND_FILES)
        self.loaded = None

    def load(self, name):
        for task in find_tasks():
            if task.name == name:
                if self.loaded:
                    gdb.execute("remove-symbol-file " + self.loaded.path, to_string=True)
                gdb.execute("add-symbol-file " + task.path, to_string=True)
                self.loaded = task
                return
        raise gdb.GdbError("There is no task %s; there are %s." % (name, " ".join(t.name for t in find_tasks())))

    def invoke(self, argument, from_tty):
        if argument:
            self.load(argument.strip())
            return
        print("Symbols: kernel, %s" % (self.loaded.name if self.loaded else "no task"))
        print("Tasks: " + " ".join(task.name for task in find_tasks()))
        print("Processor in: " + where())

    def complete(self, text, word):
        return [task.name for task in find_tasks() if task.name.startswith(word)]


def where():
    try:
        address = program_counter()
    except gdb.error:
        return "no machine"
    if not in_user_code(address):
        return "kernel, firmware or loader"
    return " or ".join(task.name for task in find_tasks() if task.has_code(address)) or "a task unknown here"


class InTask(gdb.Function):
    """$in_task() is 1 in the kernel and in the task whose symbols are loaded."""

    def __init__(self):
        super().__init__("in_task")

    def invoke(self):
        address = program_counter()
        return not in_user_code(address) or (command.loaded is not None and command.loaded.has_code(address))


def narrow(breakpoint):
    """Lets a new breakpoint in a task stop in that task alone."""
    if not breakpoint.location:
        return
    try:
        places = gdb.decode_line(breakpoint.location)[1] or ()
    except gdb.error:
        return
    if any(in_user_code(place.pc) for place in places):
        own = breakpoint.condition
        breakpoint.condition = "$in_task() && (%s)" % own if own else "$in_task()"


def tell_task(event):
    """Names the task that the machine stopped in, unless its symbols are at hand."""
    address = program_counter()
    if in_user_code(address) and not (command.loaded and command.loaded.has_code(address)):
        print("In task %s: `task NAME` loads its symbols." % where())


command = TaskCommand()
InTask()
gdb.events.breakpoint_created.connect(narrow)
gdb.events.stop.connect(tell_task)
gdb.execute("set pagination off")
if os.path.exists("build/tasks/frameserv.elf"):
    command.load("frameserv")
sys.path.insert(0, "tests/debug")
sys.dont_write_bytecode = True
from quire import commands  # noqa: E402, the frame server's symbols are loaded
commands.register()
extra = os.environ.get("QUIRE_EXTRA_TASKS", "").split()
if extra:
    command.load(Task(extra[0]).name)
