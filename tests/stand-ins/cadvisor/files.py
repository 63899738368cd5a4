"""What cAdvisor reads itself: control groups of either version and /proc. For engines that count nothing, as old ones on new kernels."""
import glob
import pathlib

GROUPS = ("/sys/fs/cgroup", "/rootfs/sys/fs/cgroup")
PROCESSES = ("/rootfs/proc", "/proc")
PLACES = ("docker/{}", "system.slice/docker-{}.scope", "docker/*/docker/{}", "*/docker/{}", "docker/*/system.slice/docker-{}.scope")


def group(controller, container, roots=GROUPS):
    """The folder of a container's control group; without a controller that of version 2."""
    for root in roots:
        for place in PLACES:
            found = glob.glob(f"{root}/{controller}/{place.format(container)}")
            if found:
                return pathlib.Path(found[0])
    return None


def number(folder, name):
    try:
        return int((folder / name).read_text().split()[0])
    except (OSError, ValueError, TypeError, IndexError):
        return 0


def table(folder, name):
    try:
        return {key: int(value) for key, value in (line.split() for line in (folder / name).read_text().splitlines())}
    except (OSError, ValueError, TypeError):
        return {}


def network(pid, container, roots=PROCESSES):
    """The container's network interfaces, where its process is to be seen."""
    for root in roots:
        folder = pathlib.Path(root) / str(pid)
        try:
            # The same number may be another process here.
            if container not in (folder / "cgroup").read_text():
                continue
            lines = (folder / "net" / "dev").read_text().splitlines()[2:]
        except OSError:
            continue
        found = {}
        for line in lines:
            name, _, words = line.partition(":")
            counts = [int(word) for word in words.split()]
            if name.strip() != "lo":
                found[name.strip()] = {"rx_bytes": counts[0], "rx_errors": counts[2], "tx_bytes": counts[8], "tx_errors": counts[10]}
        return found
    return {}


def stats(container, pid):
    """As Docker would say it."""
    memory = group("memory", container)
    if memory:
        return {
            "cpu_stats": {"cpu_usage": {"total_usage": number(group("cpuacct", container) or memory, "cpuacct.usage")}},
            "memory_stats": {"usage": number(memory, "memory.usage_in_bytes"), "stats": table(memory, "memory.stat")},
            "pids_stats": {"current": number(group("pids", container) or memory, "pids.current")},
            "networks": network(pid, container),
        }
    unified = group(".", container)
    if not unified:
        return {"networks": network(pid, container)}
    return {
        "cpu_stats": {"cpu_usage": {"total_usage": table(unified, "cpu.stat").get("usage_usec", 0) * 1000}},
        "memory_stats": {"usage": number(unified, "memory.current"), "stats": table(unified, "memory.stat")},
        "pids_stats": {"current": number(unified, "pids.current")},
        "networks": network(pid, container),
    }
