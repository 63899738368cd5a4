"""Makes SSH servers seem far away, for measuring: far.py MILLISECONDS ADDRESS...

What this machine sends to port 22 of the addresses, and what comes back, takes MILLISECONDS longer each way. Says "ready" and goes on
until it is ended. Needs root and nft: a table of its own leads the connections through this process, and goes with it."""

import asyncio
import signal
import socket
import struct
import subprocess
import sys

MARK = 0x1057
ORIGINAL = 80  # SO_ORIGINAL_DST: where a connection was to go before it was led here
RULES = """table ip lostops_far {
  chain output {
    type nat hook output priority -100
    meta mark %d accept
    ip daddr { %s } tcp dport 22 dnat to 127.0.0.1:%d
  }
}
"""


async def carry(reader, writer, delay):
    clock = asyncio.get_running_loop().time
    underway = asyncio.Queue()

    async def arrive():
        while True:
            due, data = await underway.get()
            await asyncio.sleep(max(0, due - clock()))
            if not data:
                writer.close()
                return
            writer.write(data)

    arriving = asyncio.create_task(arrive())
    data = b"first"
    while data:
        try:
            data = await reader.read(65536)
        except OSError:
            data = b""
        underway.put_nowait((clock() + delay, data))
    await arriving


async def connect(reader, writer, delay):
    near = writer.get_extra_info("socket")
    port, address = struct.unpack("!2xH4s", near.getsockopt(socket.SOL_IP, ORIGINAL, 16)[:8])
    far = socket.socket()
    far.setblocking(False)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
    for end in (near, far):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.sleep(2 * delay)  # the handshake of TCP
    try:
        await asyncio.get_running_loop().sock_connect(far, (socket.inet_ntoa(address), port))
    except OSError:
        writer.close()
        return
    far_reader, far_writer = await asyncio.open_connection(sock=far)
    await asyncio.gather(carry(reader, far_writer, delay), carry(far_reader, writer, delay))


async def main(delay, addresses):
    server = await asyncio.start_server(lambda *ends: connect(*ends, delay), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rules = RULES % (MARK, ", ".join(addresses), port)
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
    print("ready", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    subprocess.run(["nft", "delete", "table", "ip", "lostops_far"], check=True)


asyncio.run(main(int(sys.argv[1]) / 1000, sys.argv[2:]))
