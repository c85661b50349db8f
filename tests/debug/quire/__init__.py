"""gdb commands in the words of this system: see commands.py for what there is.

declared.py, shapes.py   what the sources declare: names and numbers from the tables, layouts from debug information
memory.py                memory by kernel, physical and task addresses, whatever address space is loaded
kernel.py, tasks.py      what the kernel knows: ledger, rings of handles, tasks, endpoints
server.py                what the frame server knows: slots, free frames, accounts, intents
agreement.py             what has to hold between the two, for one frame
show_*.py                a command's output each"""
