"""Traces that Go prints when docker-machine or one of its drivers panics, shortened."""

_AT = "/go/src/github.com/docker/machine"

# a config.json that says no version, met by any command that reads it: the whole stderr
OF_MIGRATION = f"""\
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7bf35f]

goroutine 1 [running]:
github.com/docker/machine/libmachine/host.MigrateHostV2ToHostV3(0xc000083040)
\t{_AT}/libmachine/host/migrate_v2_v3.go:26 +0x19f
github.com/docker/machine/libmachine/host.MigrateHost(0xc000084660)
\t{_AT}/libmachine/host/migrate.go:109 +0xa7b
main.main()
\t{_AT}/cmd/docker-machine/machine.go:163 +0xa8d"""

# an address that is none, met by a driver as it fetches: behind what failed
OF_DRIVER = f"""\
Panic in the driver: runtime error: invalid memory address or nil pointer dereference
goroutine 16 [running]:
runtime/debug.Stack()
\t/usr/lib/go-1.19/src/runtime/debug/stack.go:24 +0x65
github.com/docker/machine/libmachine/drivers/rpc.trapPanic(0xc0002d1740)
\t{_AT}/libmachine/drivers/rpc/server_driver.go:129 +0x63
github.com/docker/machine/libmachine/mcnutils.(*b2dReleaseGetter).download(0xc0001141e0)
\t{_AT}/libmachine/mcnutils/b2d.go:198 +0x78
created by net/rpc.(*Server).ServeCodec
\t/usr/lib/go-1.19/src/net/rpc/server.go:479 +0x3fe
"""
