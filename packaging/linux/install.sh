#!/bin/sh
# Put this folder's program into the menu and on the path: sh install.sh [PREFIX], by default ~/.local.
# The folder stays where it is. To take it out again: sh install.sh --remove [PREFIX].
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
remove=no
if [ "${1:-}" = --remove ]; then
    remove=yes
    shift
fi
prefix=${1:-$HOME/.local}

if [ "$remove" = yes ]; then
    (cd "$here/share" && find . -type f) | while read -r file; do rm -f "$prefix/share/$file"; done
    rm -f "$prefix/bin/likeness" "$prefix/bin/likeness-cli"
    exit 0
fi

mkdir -p "$prefix/bin" "$prefix/share"
cp -R "$here/share/." "$prefix/share/"
ln -sf "$here/likeness" "$here/likeness-cli" "$prefix/bin/"
# The path of the menu need not be that of the shell.
path=$(printf %s "$here/likeness" | sed 's/[\\&|]/\\&/g')
entry=$prefix/share/applications/likeness.desktop
sed -e "s|^Exec=.*|Exec=\"$path\"|" -e "s|^TryExec=.*|TryExec=$path|" "$here/share/applications/likeness.desktop" >"$entry"
command -v update-desktop-database >/dev/null && update-desktop-database -q "$prefix/share/applications" || true
