"""The commands themselves: `quire` and what follows it."""
import gdb

from . import show_frame, show_ipc, show_tasks, show_window
from .machine import Machine
from .memory import Trouble
from .shapes import Shapes

taken = {}  # the layouts, or why they could not be taken from the symbols


def machine():
    if "shapes" not in taken:
        raise Trouble("The symbols of kernel or frame server lack something: %s." % taken.get("why", "they are not loaded"))
    return Machine(taken["shapes"])


class Quire(gdb.Command):
    """The state of the system, in its own words, wherever the machine is stopped.
quire tasks            all tasks, and what each waits for
quire handles TASK     what a task holds
quire frame ADDRESS    a frame: slot, ledger, holders, mappings, and whether all of it agrees
quire window           memory as a whole: counts of frames, free blocks, accounts, and whether the sums agree
quire ipc              endpoints, calls under way, and what the frame server is at"""

    def __init__(self):
        super().__init__("quire", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        if argument.strip():
            raise gdb.GdbError("There is no quire %s; `quire` tells what there is." % argument.split()[0])
        print(self.__doc__)


class Command(gdb.Command):
    """What the commands have in common: all that can't be told is a sentence."""

    def __init__(self, name):
        super().__init__("quire " + name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        try:
            self.run(argument.strip())
        except Trouble as trouble:
            raise gdb.GdbError(str(trouble)) from None
        except gdb.error as error:
            raise gdb.GdbError("gdb can't tell: %s" % error) from None
        except RecursionError:
            raise gdb.GdbError("What is there is nested without end.") from None

    def run(self, argument):
        raise NotImplementedError

    def complete(self, text, word):
        return gdb.COMPLETE_NONE


class Plain(Command):
    """A command without arguments."""
    tell = None

    def run(self, argument):
        if argument:
            raise Trouble("This takes no argument.")
        type(self).tell(machine())


class Tasks(Plain):
    """quire tasks
All tasks: state, priority, CPU, account, number of handles, address of the task's frame, and what it waits for. The
star marks the one that runs. A task that gives back what it held is dying; one that holds nothing any more is dead."""
    tell = show_tasks.show_tasks


class Handles(Command):
    """quire handles TASK
Each handle of a task, which is given by its name, or by the address of its frame: value, kind, rights as in
quire/rights.def, frame, whether it is held, installed as a table, or leaving with a call, how many other handles
there are to the frame, and what it is used for. Handles that are not in the task's table are named."""

    def run(self, argument):
        if not argument or len(argument.split()) > 1:
            raise Trouble("Which task? `quire tasks` lists them.")
        show_tasks.show_handles(machine(), argument)

    def complete(self, text, word):
        try:
            return sorted(name for name in machine().task_names() if name.startswith(word))
        except (Trouble, gdb.error):
            return []


class Frame(Command):
    """quire frame ADDRESS
The frame at a physical address: what its slot says, what the ledger says, who holds it and where it is mapped, as
handles and page tables have it, and whether all of it agrees. ADDRESS is an expression. While a request is under
way they may disagree about the frames that it is about: a line says so."""

    def run(self, argument):
        if not argument:
            raise Trouble("Which frame? `quire handles TASK` tells addresses.")
        address = int(gdb.parse_and_eval(argument).cast(gdb.lookup_type("unsigned long")))
        show_frame.show(machine(), address)


class Window(Plain):
    """quire window
Memory as a whole: its regions, how much of the metadata window is backed, frames by kind and state, free blocks by
order, caches, accounts; then whether the sums agree, and which frames do not."""
    tell = show_window.show


class Ipc(Plain):
    """quire ipc
Endpoints with their receiver, the number of handles to each, notification bits that wait, and callers that wait;
calls that await a reply; and whom each worker of the frame server serves, with the frames that its intents name."""
    tell = show_ipc.show


def register():
    """Takes the layouts from the symbols that are loaded, and adds the commands."""
    try:
        taken["shapes"] = Shapes()
    except (gdb.error, LookupError) as error:
        taken["why"] = str(error)
    Quire()
    Tasks("tasks")
    Handles("handles")
    Frame("frame")
    Window("window")
    Ipc("ipc")
