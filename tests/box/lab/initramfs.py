"""The disk of an emulated box: busybox, kernel modules, the program with its libraries, nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from .machine import LabError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TOOLS = ("remote", "as-user", "notify", "hold")
DRIVERS = (
    "virtio_pci", "virtio_mmio", "virtio_console", "virtio_rng", "virtio_input", "virtio_gpu", "virtio_net",
    "evdev", "uinput",
)  # fmt: skip
GCC_NAMES = {"arm64": "aarch64-linux-gnu", "armhf": "arm-linux-gnueabihf"}
PASSWD = "root:x:0:0:root:/root:/bin/sh\nbonus-tv:x:990:990::/var/lib/bonus-tv:/bin/false\n"
GROUP = "root:x:0:\nbonus-tv:x:990:\nvideo:x:44:\ninput:x:104:\nrender:x:105:\n"


def build(architecture: str, unpacked: Path, program: Path, work: Path) -> tuple[Path, Path]:
    """Makes the initramfs and gives the kernel and it."""
    root = work / "root"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("bin", "usr/bin", "lib/modules", "etc/bonus-tv", "proc", "sys", "dev", "run", "tmp", "var/lib"):
        (root / name).mkdir(parents=True)
    shutil.copy(unpacked / "bin/busybox", root / "bin/busybox")
    (root / "bin/sh").symlink_to("busybox")
    shutil.copy(HERE.parent / "guest/init", root / "init")
    for tool in TOOLS:
        source = HERE.parent / "guest" / f"{tool}.c"
        compiler = f"{GCC_NAMES[architecture]}-gcc"
        subprocess.run([compiler, "-O2", "-Wall", "-static", "-o", root / "bin" / tool, source], check=True)
    _modules(unpacked, root / "lib/modules")
    shutil.copy(program, root / "usr/bin/bonus-tv")
    _libraries(architecture, program, root / "lib")
    shutil.copy(ROOT / "assets/packaging/bonus-tv.toml", root / "etc/bonus-tv/config.toml")
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(GROUP)
    initramfs = work / "initramfs"
    initramfs.write_bytes(_archive(root))
    return next((unpacked / "boot").glob("vmlinuz-*")), initramfs


def _modules(unpacked: Path, target: Path) -> None:
    """Copies drivers with what they need, and writes down the order in which they load."""
    tree = next((unpacked / "lib/modules").iterdir())
    files = {path.name.split(".ko")[0].replace("-", "_"): path for path in tree.rglob("*.ko")}
    order: list[str] = []

    def add(name: str) -> None:
        path = files.get(name)
        if path is None or path.name in order:
            # What is no file is built into the kernel.
            return
        needs = re.search(rb"\0depends=([^\0]*)\0", path.read_bytes())
        for other in needs[1].decode().split(",") if needs else []:
            add(other.replace("-", "_"))
        shutil.copy(path, target / path.name)
        order.append(path.name)

    for driver in DRIVERS:
        add(driver)
    (target / "order").write_text("".join(f"{name}\n" for name in order))


def _libraries(architecture: str, program: Path, target: Path) -> None:
    """Copies the shared libraries of the program, and theirs, from the cross-compiler's system."""
    source = Path("/usr") / GCC_NAMES[architecture] / "lib"
    wanted, found = [program], set()
    while wanted:
        output = subprocess.run(["readelf", "-dl", wanted.pop()], check=True, capture_output=True, text=True).stdout
        names = re.findall(r"\(NEEDED\).*\[(.+)\]", output) + re.findall(r"interpreter: /lib/(\S+)\]", output)
        for name in names:
            if name in found:
                continue
            found.add(name)
            if not (source / name).exists():
                raise LabError(f"{program.name} needs {name}, which a box with libc alone does not have")
            shutil.copy((source / name).resolve(), target / name)
            wanted.append(target / name)


def _archive(root: Path) -> bytes:
    """The directory as a cpio archive; not packed, because the emulated processor is slower than the disk."""
    out = bytearray()

    def add(name: str, mode: int, body: bytes) -> None:
        plain = name.encode() + b"\0"
        numbers = (len(out), mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(plain), 0)
        out.extend(b"070701" + b"".join(b"%08x" % number for number in numbers) + plain)
        out.extend(bytes(-len(out) % 4))
        out.extend(body)
        out.extend(bytes(-len(out) % 4))

    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            add(name, 0o120777, str(path.readlink()).encode())
        elif path.is_dir():
            add(name, 0o40755, b"")
        else:
            add(name, 0o100000 | (path.stat().st_mode & 0o777), path.read_bytes())
    add("TRAILER!!!", 0, b"")
    return bytes(out)
