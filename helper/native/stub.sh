#!/bin/sh
# In place of a native program, where no compiler worked: becomes keyturn's Python program, as entry.c does it.
entry=$(dirname -- "$(readlink -f -- "$0")")/keyturn-python
start='import sys; del sys.argv[0]; from keyturn.main import main; sys.exit(main())'

# Hide from our own interpreter what is meant for Python: PYTHONPATH becomes KT_PY_PATH and so on.
while IFS= read -r line; do
    name=${line#export PYTHON}
    name=${name%%=*}
    case $line in "export PYTHON"*) ;; *) continue ;; esac
    case $name in *[!A-Za-z0-9_]*) continue ;; esac
    eval "[ -z \"\${PYTHON$name+set}\" ] || export \"KT_PY_$name=\$PYTHON$name\""
    unset "PYTHON$name"
done <<END
$(export -p)
END

# Which Python the entry point is for, as interpreter.c finds it.
{ IFS= read -r first && IFS= read -r second; } <"$entry"
option=
case $first in
"#!/bin/sh")
    python=${second#"'''exec' "}
    case $python in
    \"*) python=${python#?} python=${python%%\"*} ;;
    \'*) python=${python#?} python=${python%%\'*} ;;
    *) python=${python%% *} ;;
    esac
    ;;
*)
    read -r python option <<END
${first#"#!"}
END
    ;;
esac
case ${python##*/} in
python*) [ ! -x "$python" ] || exec "$python" ${option:+"$option"} -E -P -c "$start" "$entry" LEAD "$@" ;;
esac
exec "$entry" LEAD "$@"
