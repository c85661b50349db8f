"""One stopped machine, as a command finds it. Everything is read when it is asked for first."""
import gdb

from .declared import declared
from .kernel import Endpoint, Ledger, endpoint_of_line
from .memory import PAGE, Memory, Trouble, is_direct
from .requests import MODE_SHIFT, asks_server, operation_text, request_text
from .server import Server
from .tasks import Task, find_holdings, find_tasks


def once(function):
    """A property that is found out once."""
    name = "_" + function.__name__

    def get(self):
        if name not in self.__dict__:
            self.__dict__[name] = function(self)
        return self.__dict__[name]
    return property(get)


class Machine:
    def __init__(self, shapes):
        if gdb.selected_inferior().pid == 0:
            raise Trouble("There is no machine: `make debug` starts one.")
        thread = gdb.selected_thread()
        if thread is None or thread.is_running():
            raise Trouble("The machine runs: stop it first, with Ctrl-C.")
        self.shapes = shapes
        self.memory = Memory()
        try:
            self.main = self.memory.record(shapes.memory, shapes.addresses["memory"])
            self.cpu = self.memory.record(shapes.cpu, declared.CPU_ADDRESS)
            up = self.main.early.retired
        except Trouble:
            up = 0
        if not up:
            raise Trouble("The kernel is not up yet: there are neither tasks nor a ledger. `hbreak modules_start` and "
                          "`continue` stop where it is.")

    @once
    def ledger(self):
        return Ledger(self.memory, self.shapes)

    @once
    def server(self):
        return Server(self)

    @once
    def holdings(self):
        return find_holdings(self)

    @once
    def tasks(self):
        return find_tasks(self)

    @property
    def current(self):
        """Address of the running task, 0 if there is none."""
        return self.cpu.current

    @once
    def server_endpoint(self):
        """Frame number of the frame server's endpoint, -1 before there is one."""
        return endpoint_of_line(self.cpu.frame_server) if is_direct(self.cpu.frame_server) else -1

    def workers(self):
        return [task for task in self.tasks.values() if task.record.server]

    @once
    def named(self):
        """All entries of all tasks by the frames that they name: (task, place, address, state)."""
        frames = {}
        for task in self.tasks.values():
            for frame, place, address, state in task.places():
                frames.setdefault(frame, []).append((task, place, address, state))
        return frames

    @once
    def under_way(self):
        """Frames that requests under way are about, which slot and ledger may disagree about: those that a worker's intents
        name, and those that are lent or left with a call to the frame server. By frame: which request."""
        frames, shapes = {}, self.shapes
        for task in self.tasks.values():
            service = task.record.service
            if task.state == declared.STATE_AWAITING and asks_server(self, task) and \
                    service.pending >> MODE_SHIFT & 0xf in (declared.MODE_BORROW, declared.MODE_ATTACH):
                text = "%s's %s" % (task.name, operation_text(self, task))
                frames.update((name % 2 ** 32, text) for entry, name in zip(service.borrowed, service.borrowed_name) if entry)
        for frame, entries in self.named.items():
            for task, _, _, state in entries:
                if state == shapes.HANDLE_LEAVING:
                    frames.setdefault(frame, "%s's call" % task.name)
        for intent in self.server.intents():
            named = intent.run + ([intent.frame] if intent.frame is not None else [])
            frames.update((frame, request_text(self, intent.worker)) for frame in named)
        return frames

    def task_at(self, address):
        """The task at a kernel address, which came out of some structure."""
        return self.tasks.get(address) if "_tasks" in self.__dict__ and address in self.tasks else Task(self, address)

    def line_at(self, address):
        """The line of an endpoint at a kernel address."""
        if not is_direct(address) or address % PAGE % 64:
            raise Trouble("0x%x is no line of an endpoint." % address)
        endpoint = Endpoint(self, endpoint_of_line(address))
        return endpoint.line(address % PAGE // 64 - 1)

    def task_name(self, address):
        try:
            return self.task_at(address).name
        except Trouble:
            return "no task (0x%x)" % address

    def find_task(self, name):
        """The task of a name, or at the address of its frame."""
        named = [task for task in self.tasks.values() if task.name == name]
        if name.startswith("0x"):
            named = [task for task in self.tasks.values() if "0x%x" % (task.frame * PAGE) == name.lower()]
        if not named:
            raise Trouble("There is no task %s; there are %s." % (name, ", ".join(sorted(self.task_names()))))
        if len(named) > 1:
            raise Trouble("There are %d tasks %s: say which by its frame, %s." % (
                len(named), name, " or ".join("0x%x" % (task.frame * PAGE) for task in named)))
        return named[0]

    def task_names(self):
        return {task.name for task in self.tasks.values() if task.name != "-"}

    @once
    def endpoint_names(self):
        """Names of endpoints by frame: those that tasks have on their start pages."""
        names = {}
        for task in self.tasks.values():
            for name, handle in task.start_names():
                entry = task.entry_of(handle)
                if entry and entry.kind == declared.KIND_ENDPOINT:
                    names.setdefault(entry.frame, name)
        return names

    def endpoint_name(self, frame):
        name = self.endpoint_names.get(frame)
        return "%s (0x%x)" % (name, frame * PAGE) if name else "0x%x" % (frame * PAGE)

    def region(self, frame):
        """The type of memory that a frame lies in."""
        table = self.main.regions
        for region in table.regions[:table.count]:
            if region.base <= frame * PAGE < region.end:
                return region.type
        return declared.REGION_UNKNOWN

    def pattern(self, region):
        """The slot of a frame in a region of this type that nobody touched: its bytes."""
        size = declared.SLOT_SIZE
        return self.memory.read(self.shapes.addresses["patterns"] + region * size, size)

