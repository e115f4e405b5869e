"""What of Qt's plugins goes into the build: PyInstaller's own choice without the ones nobody needs here.

Done in a hook, and not on the finished lists, so that the libraries that only these plugins need stay
out, too (the GTK theme alone brings forty).
"""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

UNNEEDED = (
    # Machines without a window system, and a window system of one's own.
    "/egldeviceintegrations/", "/platforms/libqeglfs", "/platforms/libqlinuxfb", "/platforms/libqminimal",
    "/platforms/libqvkkhrdisplay", "/platforms/libqvnc", "/generic/", "/wayland-graphics-integration-server/",
    # The window has its own style sheet, and the portal's theme tells it of light and dark.
    "/platformthemes/libqgtk3",
    "/qmltooling/", "/designer/", "/sqldrivers/", "/vectorimageformats/", "/virtualkeyboard/",
    "libqtvirtualkeyboard", "imageformats/libqpdf", "imageformats/qpdf",
    # Photographs are decoded elsewhere; Qt reads the program's own PNG, SVG, and what a browser hands over.
    "imageformats/libqtiff", "imageformats/qtiff", "imageformats/libqtga", "imageformats/qtga",
    "imageformats/libqicns", "imageformats/qicns", "imageformats/libqwbmp", "imageformats/qwbmp",
)  # fmt: skip

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [
    (source, target)
    for source, target in binaries
    if not any(part in source.replace("\\", "/") for part in UNNEEDED)
]
