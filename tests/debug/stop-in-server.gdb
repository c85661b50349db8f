# For `make debug GDB_FLAGS='-batch -x tests/debug/stop-in-server.gdb'`: stops where the frame server gets its first request.
task frameserv
break dispatch
continue
backtrace
task
