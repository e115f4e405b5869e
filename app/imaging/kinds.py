"""What a file is, told from its first bytes: the name of a file proves nothing."""

from __future__ import annotations

import io
import struct
from enum import StrEnum

from PIL import Image


class Kind(StrEnum):
    """File kinds that can become pixels."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    TIFF = "TIFF"
    BMP = "BMP"
    GIF = "GIF"
    AVIF = "AVIF"
    HEIC = "HEIC"
    RAW = "RAW"


_PILLOW_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".tif", ".tiff"),
    *(".bmp", ".dib", ".gif", ".avif", ".avifs"),
}
_HEIC_SUFFIXES = {".heic", ".heif", ".hif", ".heics", ".heifs"}
_RAW_SUFFIXES = {
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef"),
    *(".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf"),
    *(".srw", ".x3f"),
}
READABLE_SUFFIXES = frozenset(_PILLOW_SUFFIXES | _HEIC_SUFFIXES | _RAW_SUFFIXES)

# Pictures that are refused. A folder that holds them should say so, not pass over them in silence.
OTHER_PICTURE_SUFFIXES = frozenset(
    {
        *(".psd", ".psb", ".tga", ".dds", ".blp", ".sgi", ".rgb", ".fli", ".flc", ".icns", ".ico", ".pcx"),
        *(".qoi", ".ppm", ".pgm", ".pbm", ".pnm", ".j2k", ".jp2", ".jpx", ".jxl", ".exr", ".hdr", ".eps"),
        ".xcf",
    }
)

_REFUSED_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"8BPS", "Photoshop"),
    (0, b"DDS ", "DirectDraw"),
    (0, b"BLP", "Blizzard texture"),
    (0, b"\0\0\1\0", "icon"),
    (0, b"\0\0\2\0", "cursor"),
    (0, b"icns", "icon"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\x01\xda\0", "SGI"),
    (0, b"\x01\xda\1", "SGI"),
    (0, b"qoif", "QOI"),
    (0, b"\x0a\5\1", "PCX"),
    (0, b"P1\n", "PNM"),
    (0, b"P2\n", "PNM"),
    (0, b"P3\n", "PNM"),
    (0, b"P4\n", "PNM"),
    (0, b"P5\n", "PNM"),
    (0, b"P6\n", "PNM"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance"),
    (0, b"gimp xcf", "GIMP"),
    (0, b"%!PS", "PostScript"),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript"),
    (0, b"%PDF", "PDF"),
    (4, b"\x11\xaf", "FLI animation"),
    (4, b"\x12\xaf", "FLI animation"),
)

_RAW_MAGIC: tuple[tuple[int, bytes], ...] = (
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"IIU\0"),
    (0, b"\0MRM"),
    (0, b"FOVb"),
    (6, b"HEAPCCDR"),
    (8, b"CR\2"),
)

_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# TIFF 6.0 and DNG 1.7 tag numbers.
_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _MAKE, _SUB_IFDS, _DNG_VERSION = 254, 259, 262, 271, 330, 50706
_CFA_PHOTOMETRIC = (32803, 34892)
_MAKER_COMPRESSION = (32767, 32769, 32770, 34713, 65535)  # Sony, packed, Samsung, Nikon, Pentax


def sniff(data: bytes) -> Kind | None:
    """The kind of a file from its content, None when it is not one that can be read."""
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Kind.WEBP
    if any(data[at : at + len(magic)] == magic for at, magic in _RAW_MAGIC):
        return Kind.RAW
    if data.startswith(_TIFF_MAGIC):
        return Kind.RAW if _is_camera_raw(data) else Kind.TIFF
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if data.startswith(b"BM"):
        return Kind.BMP
    if data[4:8] == b"ftyp":
        return _sniff_iso_media(data)
    return None


def refused_kind(data: bytes) -> str | None:
    """The name of a kind of picture that is known and not read."""
    for at, magic, name in _REFUSED_MAGIC:
        if data[at : at + len(magic)] == magic:
            return name
    if data[-18:].startswith(b"TRUEVISION-XFILE"):
        return "Targa"
    if data[4:8] == b"ftyp":
        return "video"
    return None


def header_size(kind: Kind, data: bytes) -> tuple[int, int] | None:
    """(width, height) from the header of the kinds whose decoder allocates before it can be asked."""
    if kind is Kind.PNG and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if kind is Kind.WEBP:
        return _webp_size(data)
    return None


def looks_cut_short(kind: Kind, data: bytes) -> bool:
    """Whether a file that failed to decode lacks its end, as far as the container can tell."""
    if kind is Kind.JPEG:
        return b"\xff\xd9" not in data[-65536:]
    if kind is Kind.PNG:
        return b"IEND" not in data[-64:]
    if kind is Kind.GIF:
        return not data.rstrip(b"\0").endswith(b";")
    if kind is Kind.WEBP:
        return len(data) < 12 or int.from_bytes(data[4:8], "little") + 8 > len(data)
    if kind is Kind.BMP:
        return len(data) < 26 or int.from_bytes(data[2:6], "little") > len(data)
    if kind in (Kind.AVIF, Kind.HEIC):
        return _boxes_cut_short(data)
    return False


def padded_after_cut(data: bytes) -> bool:
    """Whether a JPEG was cut and filled up with zeros, as a full disk or a broken download leaves it.

    Zeros are valid entropy-coded data, so the decoder paints them grey without a word.
    """
    if not data.endswith(bytes(512)):
        return False
    scan = _first_scan(data)
    return data.find(b"\xff\xd9", scan) < 0


def scan_count(data: bytes) -> int:
    """Start-of-scan markers of a JPEG, at least those of the picture itself."""
    return data.count(b"\xff\xda")


def _first_scan(data: bytes) -> int:
    """Offset of the first start-of-scan marker, past the segments that may hold a thumbnail."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            return at
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at


def _sniff_iso_media(data: bytes) -> Kind | None:
    length = min(max(int.from_bytes(data[:4], "big"), 16), 1024)
    major, rest = data[8:12], data[16:length]
    brands = {major, *(rest[i : i + 4] for i in range(0, len(rest) - 3, 4))}
    if major == b"crx ":
        return Kind.RAW
    if major in (b"avif", b"avis"):
        return Kind.AVIF
    if brands & _HEIF_BRANDS:
        return Kind.HEIC
    if brands & {b"avif", b"avis"}:
        return Kind.AVIF
    return Kind.HEIC if brands & {b"mif1", b"msf1"} else None


def _boxes_cut_short(data: bytes) -> bool:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:
            return False
        if size < 8:
            return False
        at += size
    return at != len(data)


def _webp_size(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if chunk == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _is_camera_raw(data: bytes) -> bool:
    """Whether a TIFF is a camera's raw file: its first page is a preview or a sensor mosaic."""
    if data[2:4] in (b"+\0", b"\0+"):
        return False
    tags = Image.Exif()
    try:
        tags.load_from_fp(io.BytesIO(data))
        if _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) in _CFA_PHOTOMETRIC:
            return True
        if _MAKE not in tags:
            return False
        preview_first = bool(int(tags.get(_SUBFILE_TYPE, 0)) & 1) and _SUB_IFDS in tags
        return preview_first or tags.get(_COMPRESSION) in _MAKER_COMPRESSION
    except Exception:  # a damaged directory: the TIFF reader will say what is wrong with it
        return False
