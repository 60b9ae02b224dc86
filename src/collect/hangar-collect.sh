#!/bin/sh
# hangar-collect: takes the evidence of a hang off a Linux host, even when the host is wedged.
#
# The shell of this script opens nothing that can block. Whatever can is done by a job: a child that
# writes to a file, is killed when its time is over, and is left behind when it does not die. Jobs
# report their end through a fifo, and so does a clock: the shell waits for nothing else.
#
# One file of POSIX sh, since it is copied to hosts where nothing can be installed.
set -u
umask 077
LC_ALL=C
export LC_ALL
unset CDPATH GREP_OPTIONS GREP_COLOR GREP_COLORS TAR_OPTIONS GZIP BASH_ENV ENV

VERSION=0.1.0
NAME=hangar-collect
TICK=0.5 # seconds; no wait of the shell is longer

# Exit codes, as --help tells them.
FAILED=1 USAGE=2 NO_TOOL=3 LOCKED=4 SPOOLED=5 REFUSED=6 TOO_LATE=7 LOST=8

# ---------------------------------------------------------------------------------------- settings

SERVER='' TOKEN_FILE='' OUT='' HOST='' LABELS='' LABELS_FILE='' NAMESPACES=suspicious
DEADLINE=60 READ_TIMEOUT=2 MAX_TASKS=100000 MAX_BYTES=134217728 RESAMPLE=5
EXCLUDE=' ' GOROUTINES='' SCRUB=no TRIGGER=''
WATCH=no WATCH_INTERVAL=30 MIN_INTERVAL=600
CONFIG='' SPOOL='' SPOOL_MAX=67108864 STATE='' RUN_DIR=''
PROC=/proc SYS=/sys ETC=/etc DRY_RUN=no LOUD=1

KINDS='stack stat wchan syscall cgroup ns fd mountinfo fuse rpc block dmesg locks pressure'

say() { [ "$LOUD" -lt 1 ] || printf '%s: %s\n' "$NAME" "$*" >&2; }
tell() { [ "$LOUD" -lt 2 ] || printf '%s: %s\n' "$NAME" "$*" >&2; }

# die CODE WORDS: says why, on stderr even when quiet, and ends; the exit trap cleans up
die() {
  code=$1
  shift
  printf '%s: %s\n' "$NAME" "$*" >&2
  exit "$code"
}

trim() {
  trimmed=${1#"${1%%[![:space:]]*}"}
  trimmed=${trimmed%"${trimmed##*[![:space:]]}"}
}

is_number() {
  case $1 in
    0) ;;
    '' | 0* | *[!0-9]* | ??????????????*) return 1 ;;
  esac
}

# number NAME VALUE LEAST
number() {
  is_number "$2" && [ "$2" -ge "$3" ] || die $USAGE "--$1 takes a whole number from $3, not '$2'"
}

switch() {
  case $2 in
    yes | true | 1) switched=yes ;;
    no | false | 0) switched=no ;;
    *) die $USAGE "$1 is yes or no, not '$2'" ;;
  esac
}

# set_option NAME VALUE: one setting, of the command line or of the config file
set_option() {
  case $1 in
    server) SERVER=${2%/} ;;
    token-file) TOKEN_FILE=$2 ;;
    out) OUT=$2 ;;
    host) HOST=$2 ;;
    label) add_label "$2" ;;
    labels-file) LABELS_FILE=$2 ;;
    namespaces) NAMESPACES=$2 ;;
    deadline) number "$1" "$2" 1 && DEADLINE=$2 ;;
    read-timeout) number "$1" "$2" 1 && READ_TIMEOUT=$2 ;;
    max-tasks) number "$1" "$2" 1 && MAX_TASKS=$2 ;;
    max-bytes) number "$1" "$2" 65536 && MAX_BYTES=$2 ;;
    resample) number "$1" "$2" 0 && RESAMPLE=$2 ;;
    exclude) exclude "$2" ;;
    goroutines) goroutines "$2" ;;
    scrub) switch "$1" "$2" && SCRUB=$switched ;;
    trigger) TRIGGER=$2 ;;
    watch) switch "$1" "$2" && WATCH=$switched ;;
    watch-interval) number "$1" "$2" 1 && WATCH_INTERVAL=$2 ;;
    min-interval) number "$1" "$2" 0 && MIN_INTERVAL=$2 ;;
    config) CONFIG=$2 ;;
    spool) SPOOL=$2 ;;
    spool-max) number "$1" "$2" 0 && SPOOL_MAX=$2 ;;
    state) STATE=$2 ;;
    run) RUN_DIR=$2 ;;
    proc) PROC=$2 ;;
    sys) SYS=$2 ;;
    etc) ETC=$2 ;;
    quiet) switch "$1" "$2" && [ "$switched" = no ] || LOUD=0 ;;
    verbose) switch "$1" "$2" && [ "$switched" = no ] || LOUD=2 ;;
    dry-run) DRY_RUN=yes ;;
    *) return 1 ;;
  esac
}

add_label() {
  case $1 in
    [!=]*=*) ;;
    *) die $USAGE "a label is NAME=VALUE, not '$1'" ;;
  esac
  LABELS="$LABELS$(printf %s "$1" | tr -d '\000-\037\177')
"
}

exclude() {
  for kind in $(printf %s "$1" | tr ',' ' '); do
    case " $KINDS " in
      *" $kind "*) EXCLUDE="$EXCLUDE$kind " ;;
      *) die $USAGE "--exclude knows $KINDS; not '$kind'" ;;
    esac
  done
}

wants() { case $EXCLUDE in *" $1 "*) return 1 ;; esac; }

goroutines() {
  for daemon in $(printf %s "$1" | tr ',' ' '); do
    case $daemon in
      docker | containerd) GOROUTINES="$GOROUTINES $daemon" ;;
      *) die $USAGE "--goroutines knows docker and containerd, not '$daemon'" ;;
    esac
  done
}

# read_arguments ARG...: `--name value` and `--name=value`
read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) help && exit 0 ;;
      --version) echo "$NAME $VERSION" && exit 0 ;;
      --dry-run | --scrub | --watch | --quiet | --verbose) set_option "${1#--}" yes ;;
      -o) [ $# -gt 1 ] || die $USAGE "-o takes a value"; OUT=$2; shift ;;
      --*=*) name=${1%%=*}; named "${name#--}" "${1#*=}" ;;
      --?*) [ $# -gt 1 ] || no_value "${1#--}"; named "${1#--}" "$2"; shift ;;
      *) die $USAGE "what is '$1'? $NAME takes options only; see --help" ;;
    esac
    shift
  done
}

named() { set_option "$1" "$2" || die $USAGE "there is no option --$1; see --help"; }

no_value() {
  case $1 in *[!a-z-]*) die $USAGE "there is no option --$1; see --help" ;; esac
  die $USAGE "--$1 takes a value (or is no option; see --help)"
}

# read_config: `name = value` lines; they are data, nothing in them is ever run
read_config() {
  if [ -z "$CONFIG" ]; then
    CONFIG=/etc/hangar/collect.conf
    [ -f "$CONFIG" ] || return 0
  fi
  [ -f "$CONFIG" ] && [ -r "$CONFIG" ] || die $USAGE "cannot read the config file $CONFIG"
  at=0
  while IFS= read -r line || [ -n "$line" ]; do
    at=$((at + 1))
    trim "$line"
    case $trimmed in
      '' | '#'*) continue ;;
      *=*) key=${trimmed%%=*} value=${trimmed#*=} ;;
      *) die $USAGE "$CONFIG, line $at: expected 'name = value'" ;;
    esac
    trim "$key" && key=$trimmed
    trim "$value" && value=$trimmed
    [ "$key" != config ] && set_option "$key" "$value" ||
      die $USAGE "$CONFIG, line $at: there is no setting '$key'"
  done <"$CONFIG"
}

settle() {
  CONFIG_GIVEN=''
  previous=''
  for argument; do
    case $previous in --config) CONFIG_GIVEN=$argument ;; esac
    case $argument in
      --config=*) CONFIG_GIVEN=${argument#*=} ;;
      --help | -h | --version) read_arguments "$argument" ;;
    esac
    previous=$argument
  done
  CONFIG=$CONFIG_GIVEN
  read_config
  read_arguments "$@"
  UID_=$(id -u 2>/dev/null) || UID_=0
  [ "$UID_" = 0 ] && home=/var || home=${XDG_STATE_HOME:-${HOME:-/tmp}/.local/state}
  if [ "$UID_" = 0 ]; then
    : "${STATE:=/var/lib/hangar}" "${SPOOL:=/var/spool/hangar}"
  else
    : "${STATE:=$home/hangar}" "${SPOOL:=$home/hangar/spool}"
  fi
  : "${TRIGGER:=manual}"
  [ -n "$SERVER$OUT" ] || [ "$DRY_RUN" = yes ] || die $USAGE "say where to: --server URL, or --out FILE; see --help"
  case $SERVER in
    '' | http://?* | https://?*) ;;
    *) die $USAGE "--server takes http://... or https://..., not '$SERVER'" ;;
  esac
  case $SERVER in *[[:space:]\"\\]*) die $USAGE "--server is no address: '$SERVER'" ;; esac
  case $NAMESPACES in
    all | suspicious) ;;
    *[!0-9,]* | '') die $USAGE "--namespaces is all, suspicious or numbers as in pid:[4026531836]" ;;
  esac
  absolute OUT "$OUT" && absolute STATE "$STATE" && absolute SPOOL "$SPOOL"
  absolute RUN_DIR "$RUN_DIR" && absolute TOKEN_FILE "$TOKEN_FILE" && absolute LABELS_FILE "$LABELS_FILE"
  labels_from_file
  labels_from_environment
  real PROC "$PROC" && real SYS "$SYS" && real ETC "$ETC"
}

# absolute VARIABLE PATH: the script works in a folder of its own
absolute() {
  case $2 in
    '' | - | /*) eval "$1=\$2" ;;
    *) eval "$1=\$PWD/\$2" ;;
  esac
}

real() {
  path=$(cd -P -- "$2" 2>/dev/null && pwd -P) || path=$2
  eval "$1=\$path"
}

# labels_from_file: NAME=VALUE lines; the values of Kubernetes' downward API stand in quotes
labels_from_file() {
  [ -n "$LABELS_FILE" ] || return 0
  [ -f "$LABELS_FILE" ] && [ -r "$LABELS_FILE" ] || die $USAGE "cannot read the labels file $LABELS_FILE"
  while IFS= read -r line || [ -n "$line" ]; do
    trim "$line"
    case $trimmed in
      '#'* | '' | =* ) continue ;;
      *='"'*'"') trimmed=${trimmed%'"'} && add_label "${trimmed%%=*}=${trimmed#*=?}" ;;
      *=*) add_label "$trimmed" ;;
    esac
  done <"$LABELS_FILE"
}

# Variables that clouds' and Kubernetes' set-ups hand to a collector, and the label each becomes.
ENVIRONMENT_LABELS='NODE_NAME:node CLUSTER_NAME:cluster CLOUD_PROVIDER:cloud CLOUD_REGION:region CLOUD_ZONE:zone INSTANCE_ID:instance INSTANCE_TYPE:instanceType'

labels_from_environment() {
  for pair in $ENVIRONMENT_LABELS; do
    eval "value=\${${pair%%:*}-}"
    [ -z "$value" ] || add_label "${pair#*:}=$value"
  done
  [ -n "$HOST" ] || HOST=${NODE_NAME:-}
}

# ------------------------------------------------------------------------------------------- tools

TOOLS='awk cat cp date dd grep gzip head id ln ls mkdir mkfifo mv od readlink rm sed sleep sort tail tar tr'

check_tools() {
  missing=''
  for tool in $TOOLS; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  [ -z "$missing" ] || die $NO_TOOL "these commands are needed and not there:$missing"
  sleep 0.01 2>/dev/null || TICK=1
  SENDER=''
  [ -n "$SERVER" ] || return 0
  if command -v curl >/dev/null 2>&1; then
    SENDER=curl
  elif ! command -v wget >/dev/null 2>&1; then
    [ -n "$OUT" ] || die $NO_TOOL "to upload, curl or wget is needed; --out FILE works without"
  elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
    SENDER=wget
  elif [ -z "$TOKEN_FILE" ]; then
    SENDER=busybox_wget
  else
    [ -n "$OUT" ] || die $NO_TOOL "this wget takes a token only where ps shows it; curl or GNU wget is needed"
  fi
}

# ---------------------------------------------------------------------------- work folder and lock

WORK='' LOCK='' CLOCK='' WORK_BASE=''

# identity of this process: a pid is given again, a pid and a start time are not
identify() {
  read -r stat </proc/$$/stat 2>/dev/null || stat='0 (sh) S'
  set -f
  # shellcheck disable=SC2086 # the fields behind the name, split at blanks
  set -- ${stat##*) }
  set +f
  ME=$$.${20:-0}
}

make_work() {
  identify
  if [ -n "$RUN_DIR" ]; then
    work_in "$RUN_DIR" || die $FAILED "cannot make files in $RUN_DIR"
    LOCK_BASE=$RUN_DIR
    return 0
  fi
  [ "$UID_" = 0 ] && [ -w /run ] && LOCK_BASE=/run || LOCK_BASE=''
  for base in /dev/shm "${XDG_RUNTIME_DIR:-/run}" /run "${TMPDIR:-/tmp}" /tmp /var/tmp; do
    work_in "$base" || continue
    : "${LOCK_BASE:=$base}"
    return 0
  done
  die $FAILED 'no room for temporary files in /dev/shm, /run, $TMPDIR, /tmp or /var/tmp; --run DIR names another place'
}

# work_in FOLDER: a folder that nobody else can have made, with room for what is about to be read
work_in() {
  [ -d "$1" ] && [ -w "$1" ] || return 1
  mkdir "$1/$NAME.$ME" 2>/dev/null || return 1
  WORK=$1/$NAME.$ME WORK_BASE=$1
  if cd "$WORK" && mkfifo events 2>/dev/null && dd if=/dev/zero of=room bs=65536 count=16 2>/dev/null; then
    : >room
    mkdir jobs root && ln -s "$PROC" root/proc && ln -s "$SYS" root/sys && ln -s "$ETC" root/etc && return 0
  fi
  cd / && rm -rf "${WORK:?}"
  WORK=''
  return 1
}

# take_lock: a symbolic link is made in one step together with what it says
take_lock() {
  LOCK=$LOCK_BASE/$NAME.lock.$UID_
  for _ in 1 2 3; do
    if ln -s "$ME" "$LOCK" 2>/dev/null; then return 0; fi
    holder=$(readlink "$LOCK" 2>/dev/null) || continue
    if is_alive "$holder"; then
      LOCK=''
      die $LOCKED "another run (process ${holder%%.*}) is at work"
    fi
    # Of two that find a dead run's lock, one moves it away.
    stale=$LOCK.$ME
    mv "$LOCK" "$stale" 2>/dev/null && [ "$(readlink "$stale")" != "$holder" ] && mv "$stale" "$LOCK"
    rm -f "$stale"
  done
  name=$LOCK
  LOCK=''
  die $LOCKED "cannot take the lock $name"
}

# is_alive PID.START: whether that very process runs. Its stat is read by a job, since the pid may be another's now.
is_alive() {
  case $1 in *[!0-9.]* | '' | .* | *.) return 1 ;; esac
  kill -0 "${1%%.*}" 2>/dev/null || [ -d "/proc/${1%%.*}" ] || return 1
  within 2 alive show "/proc/${1%%.*}/stat" || return 1
  read -r stat <alive || return 1
  set -f
  # shellcheck disable=SC2086
  set -- "$1" ${stat##*) }
  set +f
  [ "${1%%.*}.${21:-0}" = "$1" ] && [ "$2" != Z ]
}

show() { exec cat -- "$@"; }

# sweep: removes the work folders that killed runs left
sweep() {
  for folder in "$WORK_BASE/$NAME".[0-9]*.[0-9]*; do
    [ -d "$folder" ] && [ ! -L "$folder" ] && [ "$folder" != "$WORK" ] || continue
    # A folder of somebody else is not touched: it could be changed while it is removed.
    owner=$(ls -ldn "$folder" 2>/dev/null | awk '{ print $3; exit }')
    [ "$owner" = "$UID_" ] || continue
    is_alive "${folder##*/"$NAME".}" || rm -rf "$folder"
  done
}

clean_up() {
  trap '' HUP INT TERM
  if [ -n "$CLOCK" ]; then kill "$CLOCK" 2>/dev/null; CLOCK=''; fi
  stop_jobs_of "$WORK"
  leave
}

# stop_jobs_of WORK: what still runs of the jobs noted there
stop_jobs_of() {
  for job in "$1"/jobs/*; do
    [ -s "$job" ] || continue
    read -r pid <"$job" && kill -9 "$pid" 2>/dev/null
  done
}

leave() {
  if [ -n "$LOCK" ] && [ "$(readlink "$LOCK" 2>/dev/null)" = "$ME" ]; then rm -f "$LOCK"; fi
  cd / || :
  case $WORK in */"$NAME".*) rm -rf "$WORK" ;; esac
  LOCK='' WORK=''
}

# --------------------------------------------------------------------------------- clock and jobs

TICKS=0 JOBS=0 ABANDONED=0
ABANDONED_MAX=8 # each is a process that nobody can kill until the host is healed

start_clock() {
  exec 9<>events
  beat </dev/null >/dev/null 2>&1 &
  CLOCK=$!
}

# beat: the clock. It outlives the shell to clean up after it, and kills it when it is stuck.
beat() {
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  trap '' HUP INT
  over=0 nap=''
  while is_child_of $$; do
    sleep "$TICK" &
    nap=$!
    wait "$nap"
    echo "t $(date +%s) 0" >&9
    hard=''
    if [ -s hard ]; then read -r hard <hard; fi
    over=$((over + 1))
    [ -n "$hard" ] || over=0
    if [ -n "$hard" ] && [ "$over" -gt "$hard" ]; then kill -9 $$; fi
  done
  trap '' TERM
  stop_jobs_of "$WORK"
  leave
}

# is_child_of PID: asked of the kernel, since a zombie still answers to signals
is_child_of() {
  read -r stat 2>/dev/null </proc/self/stat || { kill -0 "$1" 2>/dev/null; return; }
  set -f
  # shellcheck disable=SC2086
  set -- "$1" ${stat##*) }
  set +f
  [ "${3:-0}" = "$1" ]
}

# pump: takes one event in. The clock sees to it that one comes.
pump() {
  read -r event one two <&9 || return 0
  case $event in
    t) tick "$one" ;;
    s) eval "pid_$one=\$two" ;;
    e)
      # Reaped, since it ends: a shell that watches for weeks must not keep a row for each job.
      eval "rc_$one=\$two; wait \$wrapper_$one 2>/dev/null"
      : >"jobs/$one.w" ;;
  esac
}

LAST_CLOCK=0

# tick SECONDS: a tick is half a second, or more when the host let the clock wait
tick() {
  passed=$((($1 - LAST_CLOCK) * 2 - 1))
  # The first, and a clock that was set.
  [ "$LAST_CLOCK" -gt 0 ] && [ "$passed" -ge 1 ] && [ "$passed" -lt 60 ] || passed=1
  [ "$TICK" = 1 ] && [ "$passed" -lt 2 ] && passed=2
  LAST_CLOCK=$1
  TICKS=$((TICKS + passed))
}

# job OUT COMMAND...: starts it with its output in a file; sets JOB
job() {
  JOBS=$((JOBS + 1))
  JOB=$JOBS
  run_job "$JOB" "$@" </dev/null >/dev/null 2>&1 &
  eval "wrapper_$JOB=\$! born_$JOB=\$TICKS rc_$JOB='' pid_$JOB=''"
  echo "$!" >"jobs/$JOB.w"
}

run_job() {
  id=$1 out=$2
  shift 2
  "$@" >"$out" 2>"$out.err" 9>&- &
  echo "$!" >"jobs/$id"
  echo "s $id $!" >&9
  wait "$!"
  code=$?
  : >"jobs/$id"
  echo "e $id $code" >&9
}

# ended ID: whether it is over; sets rc
ended() {
  eval "rc=\$rc_$1"
  [ -n "$rc" ]
}

age() { eval "aged=\$((TICKS - born_$1))"; }

# await ID TICKS
await() {
  until=$((TICKS + $2))
  while ! ended "$1"; do
    [ "$TICKS" -lt "$until" ] || return 1
    pump
  done
}

# stop ID: kills a job; false when it does not die, as a task in state D does not
stop() {
  ended "$1" && return 0
  while eval "[ -z \"\$pid_$1\" ]" && ! ended "$1"; do pump; done
  eval "kill -9 \$pid_$1 2>/dev/null"
  await "$1" 3 && return 0
  eval "kill -9 \$wrapper_$1 2>/dev/null; rc_$1=137"
  ABANDONED=$((ABANDONED + 1))
  return 1
}

# within SECONDS OUT COMMAND...: runs a job to its end; 124 when it had to be killed, 125 when it would not die
within() {
  limit=$(($1 * 2 + 1))
  shift
  job "$@"
  mine=$JOB
  if await "$mine" "$limit"; then
    ended "$mine"
    return "$rc"
  fi
  stop "$mine" || return 125
  return 124
}

# ----------------------------------------------------------------------------------------- reading

LISTS=0 QUEUE='' PAR_MAX=16 END=0 READ_END=0
PER_LIST=400 # files of one grep: some 10 ms of work

late() { [ "$TICKS" -ge "$READ_END" ]; }

# note PATH WHY: what the bundle lacks; goes into the manifest
note() { printf '%s\t%s\n' "$1" "$2" >>unreadable; }

# list_files TASKS NAMES: queues lists of these files of these tasks, all of one name before the next;
# what belongs to a blocked thread group is left out, but for names that never block
list_files() {
  first=$((LISTS + 1))
  LISTS=$(awk -v names="$2" -v per="$PER_LIST" -v last="$LISTS" '
    FILENAME == "blocked" { blocked[$1] = 1; next }
    { split($0, part, "/"); task[++n] = $0; group[n] = part[2] }
    END {
      count = split(names, name, " ")
      for (i = 1; i <= count; i++) {
        inList = per
        for (t = 1; t <= n; t++) {
          if (group[t] in blocked && name[i] != "status" && name[i] != "comm") continue
          if (inList >= per) { if (file) close(file); file = "lists/" ++last; inList = 0 }
          print task[t] "/" name[i] > file
          inList++
        }
      }
      print last
    }' blocked "$1")
  queue_from "$first"
}

queue_from() {
  next=$1
  while [ "$next" -le "$LISTS" ]; do
    QUEUE="$QUEUE$next "
    next=$((next + 1))
  done
}

# read_queue AT_ONCE READER FOLDER: reads the queued lists, in jobs, until the deadline
read_queue() {
  at_once=$1 reader=$2 into=$3
  set --
  while [ -n "$QUEUE" ] || [ $# -gt 0 ]; do
    late && break
    while [ -n "$QUEUE" ] && [ $# -lt "$at_once" ]; do
      list=${QUEUE%% *}
      QUEUE=${QUEUE#* }
      job "$into/$list" "$reader" "$list"
      eval "list_$JOB=$list"
      set -- "$@" "$JOB"
    done
    pump
    running=''
    for id; do
      ended "$id" && continue
      age "$id"
      if [ "$aged" -gt $((READ_TIMEOUT * 2)) ]; then find_blocked "$id"; else running="$running $id"; fi
    done
    # shellcheck disable=SC2086 # numbers
    set -- $running
  done
  leave_out "$@"
}

# leave_out ID...: the deadline came first
leave_out() {
  for id; do
    stop "$id"
    eval "list=\$list_$id"
    QUEUE="$QUEUE$list "
  done
  for list in $QUEUE; do
    read -r path <"lists/$list" || continue
    note "$path" "left out, with what came after it in its list: the deadline"
    : >"lists/$list"
    [ ! -f "$into/$list" ] || mv "$into/$list" torn
  done
  QUEUE=''
}

read_files() {
  list=$1
  cd root && set -f || exit 1
  # shellcheck disable=SC2046 # digits, slashes and names of this script
  exec grep -aH '' $(cat "../lists/$list")
}

# Lines of a status that no diagnosis asks for: a third of its bytes, and some are private.
STATUS_IDLE='^(Umask|Ngid|Groups|NStgid|NSpgid|NSsid|Vm(Peak|Size|Lck|Pin|HWM|Data|Stk|Exe|Lib|PTE)|Rss|HugetlbPages|CoreDumping|THP_enabled|untag_mask|Cap|NoNewPrivs|Seccomp|Speculation|Cpus_allowed|Mems_allowed|x86_Thread)'

read_statuses() {
  list=$1
  cd root && set -f || exit 1
  # shellcheck disable=SC2046
  exec grep -aHvE "$STATUS_IDLE" $(cat "../lists/$list")
}

read_links() {
  list=$1
  cd root && set -f || exit 1
  # Numbers for the owners: names would be asked of a directory service. -q: no line can be forged.
  # shellcheck disable=SC2046
  exec ls -lnq /dev/null $(cat "../lists/$list") # a second name, so that folders are headed by theirs
}

# find_blocked ID: kills a reader whose time is over, and finds which file of its list it stood at
find_blocked() {
  eval "list=\$list_$1 pid=\$pid_$1"
  within 1 at ls -ln "/proc/$pid/fd"
  blocked_path=$(open_in "$list")
  stop "$1" || tell "a reader of $list does not die; it is left behind"
  mv "$into/$list" torn 2>/dev/null
  : >"$into/$list"
  at_once=$PAR_MAX
  first=$((LISTS + 1))
  if [ -z "$blocked_path" ] && [ "$(head -n 2 "lists/$list" | grep -c '')" = 1 ]; then
    read -r blocked_path <"lists/$list"
  fi
  if [ -n "$blocked_path" ]; then give_up "$blocked_path" "$list"; fi
  split_list "$list"
  if [ "$ABANDONED" -ge "$ABANDONED_MAX" ]; then
    note "$blocked_path" "too many readers could not be killed: the rest of its kind is left out"
    QUEUE=''
  fi
  return 0
}

# open_in LIST: the file of the list that the reader has open, by what `at` lists
open_in() {
  sed -n -e "s|.* -> $PROC/|proc/|p" -e "s|.* -> $SYS/|sys/|p" -e "s|.* -> $ETC/|etc/|p" at >open
  grep -xF -f open "lists/$1" 2>/dev/null | head -n 1
  # A second sample is read through another name of the same folder.
  sed 's|^|resample/1/|' open | grep -xF -f - "lists/$1" 2>/dev/null | head -n 1
}

# give_up PATH LIST: a blocked file, and with it all of its thread group that may wait for the same lock
give_up() {
  note "$1" "blocked ${READ_TIMEOUT} s"
  case $1 in
    *proc/[0-9]*/*)
      group=${1#*proc/} group=${group%%/*}
      echo "$group" >>blocked
      grep -v "proc/$group/" "lists/$2" >rest
      grep "proc/$group/" "lists/$2" | grep -vxF "$1" | sed "s|\$|	left out: $1 blocked|" >>unreadable
      ;;
    *) grep -vxF "$1" "lists/$2" >rest ;;
  esac
  mv rest "lists/$2"
}

# split_list LIST: queues it again in pieces, so that blocked files are found side by side
split_list() {
  first=$((LISTS + 1))
  LISTS=$(awk -v last="$LISTS" -v pieces="$PAR_MAX" '
    { line[NR] = $0 }
    END {
      per = int((NR + pieces - 1) / pieces)
      for (i = 1; i <= NR; i++) {
        if ((i - 1) % per == 0) { if (file) close(file); file = "lists/" ++last }
        print line[i] > file
      }
      print last
    }' "lists/$1")
  : >"lists/$1"
  later=$QUEUE
  QUEUE=''
  queue_from "$first"
  QUEUE=$QUEUE$later
}

# -------------------------------------------------------------------------------------- what is read

HOST_FILES='proc/version proc/uptime proc/loadavg proc/meminfo proc/mounts
proc/sys/kernel/hostname proc/sys/kernel/osrelease proc/sys/kernel/random/boot_id proc/sys/kernel/tainted
proc/sys/kernel/hung_task_timeout_secs proc/sys/kernel/hung_task_warnings proc/sys/kernel/hung_task_panic
proc/sys/kernel/hung_task_check_count proc/sys/fs/fuse/default_request_timeout proc/sys/fs/fuse/max_request_timeout
etc/machine-id etc/os-release'

# list_host: what there is of the host's files, named without opening them
list_host() {
  cd root || exit 1
  for path in $HOST_FILES; do echo "$path"; done
  wants pressure && printf '%s\n' proc/pressure/*
  wants fuse && printf '%s\n' sys/fs/fuse/connections/*/waiting
  wants rpc && printf '%s\n' sys/kernel/debug/sunrpc/rpc_clnt/*/tasks
  wants block && printf '%s\n' sys/block/*/inflight sys/block/*/dev sys/block/*/loop/backing_file sys/block/*/pid
}

list_tasks() {
  cd root || exit 1
  printf '%s\n' proc/[0-9]*/task/[0-9]*
}

read_host() {
  within "$READ_TIMEOUT" host.found list_host
  # What a glob did not find stays a pattern; a name with odd characters is no file of the kernel's.
  LISTS=$((LISTS + 1))
  grep -xE '[A-Za-z0-9/_.:,@!+-]+' host.found >"lists/$LISTS"
  # Kinds that were looked for and not found say so: nothing is mounted to see them.
  wants fuse && ! grep -q '^sys/fs/fuse' "lists/$LISTS" &&
    note 'sys/fs/fuse/connections/*' 'none found: no FUSE mount, or fusectl is not mounted'
  wants rpc && ! grep -q 'sunrpc' "lists/$LISTS" && grep -q nfs "root/proc/filesystems" 2>/dev/null &&
    note 'sys/kernel/debug/sunrpc/*' 'none found: no NFS mount, or debugfs is not mounted or not readable'
  QUEUE="$LISTS "
  read_queue 1 read_files out
}

read_tasks() {
  within "$READ_TIMEOUT" tasks.found list_tasks || note 'proc/*/task/*' "listing the tasks ended after $READ_TIMEOUT s"
  grep -xE 'proc/[1-9][0-9]{0,6}/task/[1-9][0-9]{0,6}' tasks.found | head -n "$MAX_TASKS" >tasks
  [ "$(grep -c '' tasks.found)" -le "$MAX_TASKS" ] ||
    note 'proc/*/task/*' "left out: more than $MAX_TASKS tasks (--max-tasks)"
  list_files tasks status
  read_queue 2 read_statuses out
  find_suspicious
  list_files tasks comm
  read_queue 2 read_files out
  # Suspicious tasks first: the deadline may come before the rest.
  wants stack && list_files suspicious stack && read_queue 4 read_files out
  SAMPLED_AT=$TICKS
  for kind in $(kinds_of stat wchan syscall); do
    list_files suspicious "$kind"
    read_queue 4 read_files out
  done
  for kind in $(kinds_of stack wchan syscall stat); do
    list_files others "$kind"
    read_queue 2 read_files out
  done
}

kinds_of() {
  for kind; do wants "$kind" && printf '%s ' "$kind"; done
}

# find_suspicious: tasks in D, stopped or killed but there, zombies with live threads, inits of pid
# namespaces; by their status alone, which never blocks
find_suspicious() {
  grep -ahE '^proc/[0-9]+/task/[0-9]+/status:((State:.[DZXTt])|((Sig|Shd)Pnd:.*[13579bdf]..$)|(NSpid:.*[[:space:]][0-9]+[[:space:]]1$))' \
    out/* 2>/dev/null >signs
  awk -F/ '
    FILENAME == "tasks" { threads[$2]++; task[++n] = $0; next }
    { at = $1 "/" $2 "/" $3 "/" $4 }
    /State:.Z/ { if (threads[$2] > 1) group[$2] = 1; next }
    { found[at] = 1 }
    END {
      for (i = 1; i <= n; i++) {
        split(task[i], part, "/")
        print task[i] > ((task[i] in found || part[2] in group) ? "suspicious" : "others")
      }
    }' tasks signs
  : >>suspicious
  : >>others
}

# Frames of a wait that a second sample tells from slowness, also in State S.
TELLING='do_exit|zap_pid_ns_processes|fuse_|request_wait_answer|rpc_|nfs|cifs|smb|ceph|p9_|afs_|folio_wait|wait_on_page|io_schedule|jbd2_|xfs_|btrfs_|rwsem_|mutex_lock|wait_for_completion|synchronize_|blk_|copy_net_ns|ptrace_stop|mmap_lock|flush_work'
SAMPLE_MAX=1000

# find_sampled: the suspicious, and who stands in a telling wait
find_sampled() {
  grep -ahE "^proc/[0-9]+/task/[0-9]+/stack:.*[> ]([a-z_0-9]*_)?($TELLING)" out/* 2>/dev/null |
    grep -avE 'stack:.*(fuse_dev_do_read|fuse_dev_read)' | sed 's|/stack:.*||' | sort -u >telling
  sort -u suspicious telling | head -n "$SAMPLE_MAX" >sampled
}

# read_again: the sampled tasks a second time, some seconds after the first
read_again() {
  [ "$RESAMPLE" -gt 0 ] && [ -s sampled ] || return 0
  while [ "$TICKS" -lt $((SAMPLED_AT + RESAMPLE * 2)) ] && ! late; do pump; done
  mkdir -p root/resample/1 && ln -s "$PROC" root/resample/1/proc
  sed 's|^|resample/1/|' sampled >again
  first=$((LISTS + 1))
  list_again status
  read_queue 2 read_statuses out
  list_again stack
  list_again stat
  read_queue 4 read_files out
}

list_again() {
  grep -vE "^resample/1/proc/($(tr '\n' '|' <blocked)0)/" again | sed "s|\$|/$1|" >names
  [ -s names ] || return 0
  LISTS=$((LISTS + 1))
  mv names "lists/$LISTS"
  QUEUE="$QUEUE$LISTS "
}

# read_groups: what a thread group has as a whole: namespaces, cgroup, mounts, files that matter
read_groups() {
  awk -F/ '!($2 in seen) { seen[$2] = 1; print "proc/" $2 }' tasks >groups
  awk -F/ '!($2 in seen) { seen[$2] = 1; print "proc/" $2 }' suspicious >groups.suspicious
  if wants ns; then
    list_files groups 'ns/pid ns/mnt'
    read_queue 2 read_links links
    sed -n 's|^l.* proc/\([0-9]*\)/ns/\([a-z]*\) -> \([a-z]*:\[[0-9]*\]\)$|proc/\1/nslist:l \2 -> \3|p' links/* 2>/dev/null |
      sort -t/ -k2,2n >out/nslist
  fi
  wants mountinfo && read_mounts
  wants fd && read_descriptors
  # Reading a cgroup's name takes a lock that hung tasks may hold; and no signal ends that wait.
  wants cgroup && list_files groups cgroup && read_queue 1 read_files out
}

# read_mounts: mountinfo of one task of each mount namespace that matters
read_mounts() {
  awk -F'[/:[]' -v wanted="$NAMESPACES" '
    FILENAME == "groups.suspicious" { suspicious[$2] = 1; next }
    / pid -> / { pid[$2] = $6 + 0 }
    / mnt -> / { mnt[$2] = $6 + 0; order[++n] = $2 }
    END {
      count = split(wanted, list, ",")
      for (i = 1; i <= count; i++) asked[list[i]] = 1
      own = pid[1]
      for (group in suspicious) if (pid[group] != own) dying[pid[group]] = 1
      for (i = 1; i <= n; i++) {
        group = order[i]
        if (mnt[group] in seen) continue
        if (wanted != "all" && group != 1 && !(pid[group] in asked) && !(group in suspicious) && !(pid[group] in dying)) continue
        seen[mnt[group]] = 1
        print "proc/" group
      }
    }' groups.suspicious out/nslist 2>/dev/null | head -n 500 >groups.mounts
  [ -s groups.mounts ] || echo proc/1 >groups.mounts
  list_files groups.mounts mountinfo
  read_queue 4 read_files out
}

# read_descriptors: who has /dev/fuse, or a file of a mount that something else serves; names of
# files stay on the host, the mount is named
read_descriptors() {
  grep -ahE '/stack:.*fuse_dev_' out/* 2>/dev/null | sed 's|/task/.*||' | sort -u >groups.fuse
  if grep -qaE '^sys/fs/fuse/connections/[0-9]+/waiting:[1-9]' out/* 2>/dev/null; then
    # Somebody owes an answer, and may be anyone.
    sort -u groups >groups.fd
  else
    sort -u groups.fuse groups.suspicious >groups.fd
  fi
  grep -xE 'proc/[0-9]+' groups.fd | head -n 3000 >groups.listed
  grep -ahE '^proc/(mounts|[0-9]+/mountinfo):' out/* >mount.lines 2>/dev/null
  list_files groups.listed fd
  read_queue 2 read_links links.fd
  awk '
    FILENAME !~ /^links/ {
      if ($0 ~ /^proc\/mounts:/) { sub(/^proc\/mounts:/, ""); remember($2, $3) }
      else { point = $5; sub(/^.* - /, ""); remember(point, $1) }
      next
    }
    /^proc\/[0-9]+\/fd:$/ { split($0, part, "/"); group = part[2]; next }
    /^proc\/[0-9]+\/fd\/?:?$/ { split($0, part, "/"); group = part[2]; next }
    /^l/ && match($0, / [0-9]+ -> \//) {
      number = substr($0, RSTART + 1)
      target = number
      sub(/ .*/, "", number)
      sub(/^[0-9]+ -> /, "", target)
      shown = ""
      if (target ~ /^\/dev\/(fuse$|loop|nbd|dm-|mapper\/)/) shown = target
      else if (target !~ /^\/(dev|proc|sys)\//)
        for (point in points) if (index(target "/", point "/") == 1 && length(point) > length(shown)) shown = point
      if (shown != "") print "proc/" group "/fdlist:l " number " -> " shown
    }
    function remember(point, type) {
      gsub(/\\040/, " ", point)
      if (point != "/" && type ~ /^(fuse|nfs|cifs|smb|ceph|9p|afs|lustre|gluster|overlay|orangefs)/ && type != "fusectl") points[point] = 1
    }' mount.lines links.fd/* 2>/dev/null >out/fdlist
}

# read_cgroups: which cgroups are frozen; only where a task is in one is it of use
read_frozen() {
  cd root/sys/fs/cgroup || exit 1
  find . -name cgroup.events -o -name freezer.state | head -n 5000 | xargs grep -lE '^(frozen 1|FROZEN)' /dev/null
}

read_log() {
  wants dmesg || return 0
  within 5 dmesg.all kernel_log || note dmesg.txt "the kernel log could not be read in 5 s, or not by this user"
  tail -c 2097152 dmesg.all >bundle/dmesg.txt 2>/dev/null
  [ -s bundle/dmesg.txt ] || rm -f bundle/dmesg.txt
}

kernel_log() {
  dmesg 2>/dev/null | grep -a . && exit 0
  journalctl -k -b --no-pager -o short-monotonic -n 20000 2>/dev/null | grep -a . && exit 0
  dd if=/dev/kmsg iflag=nonblock bs=8192 2>/dev/null | grep -a .
}

read_locks() {
  wants locks || return 0
  # Last: during a lockup its reader may not even die.
  within "$READ_TIMEOUT" locks.out grep -aH '' "$PROC/locks"
  case $? in
    124 | 125) note proc/locks "blocked $READ_TIMEOUT s" ;;
    *) sed "s|^$PROC/locks:|proc/locks:|" locks.out >out/locks ;;
  esac
}

# ----------------------------------------------------------------------------------------- bundling

# explain_absent: what readers complained of: tasks that ended meanwhile are counted, the rest is told
explain_absent() {
  cat out/*.err links/*.err links.fd/*.err 2>/dev/null >complaints
  awk -v few=20 '
    /No such (file|process)/ { vanished++; next }
    match($0, /(proc|sys|etc|resample)\/[^:]*/) {
      path = substr($0, RSTART, RLENGTH)
      sub(/[\047"].*/, "", path)
      why = $0
      sub(/.*: /, "", why)
      why = tolower(why)
      kind = path
      if (kind ~ /^(resample\/1\/)?proc\/[0-9]/) { gsub(/\/[0-9]+/, "/*", kind) }
      key = kind "\t" why
      if (++count[key] <= few) first[key] = first[key] path "\t" why "\n"
    }
    END {
      for (key in count) if (count[key] <= few) printf "%s", first[key]; else print key " (" count[key] " files)"
      print vanished + 0 > "vanished"
    }' complaints >>unreadable
}

# add_empty: an empty stack is a fact, a stack that was not read is none; grep prints the same of both
add_empty() {
  stacks=$(grep -lE '/stack$' lists/* 2>/dev/null | sed 's|lists/||')
  for list in $stacks; do printf 'out/%s\n' "$list"; done >stack.outs
  # shellcheck disable=SC2046,SC2086
  ( cd lists && cat $stacks ) >stack.asked 2>/dev/null
  grep -ah '/stack: ' complaints | sed 's|^[^ ]*: *||; s|: .*||' >stack.refused
  # shellcheck disable=SC2046
  awk -F: '
    FILENAME == "stack.refused" { seen[$1] = 1; next }
    FILENAME == "stack.asked" { if (!($1 in seen)) print $1 ":"; next }
    { seen[$1] = 1 }' stack.refused $(cat stack.outs) stack.asked >out/empty
}

# fact FILE-LINE-PREFIX: the first line of a host file, as it was read
fact() {
  grep -ahm 1 "^$1:" out/* 2>/dev/null | head -n 1 | sed "s|^$1:||" | tr -d '\000-\037\177' | cut -c 1-255
}

quoted() { tr -d '\000-\010\013-\037\177' | sed 's/[\\"]/\\&/g'; }

write_manifest() {
  HOST_NAME=${HOST:-$(fact proc/sys/kernel/hostname)}
  {
    printf 'name\t%s\n' "$HOST_NAME"
    printf 'machineId\t%s\n' "$(fact etc/machine-id)"
    printf 'bootId\t%s\n' "$(fact proc/sys/kernel/random/boot_id)"
  } | quoted | awk -F'\t' '$2 != "" { printf "\"%s\": \"%s\", ", $1, $2 }' >host.json
  printf %s "$LABELS" | quoted | awk '
    { at = index($0, "="); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END { for (name in value) { printf "%s\"%s\": \"%s\"", comma, name, value[name]; comma = ", " } }' >labels.json
  sort -u unreadable | quoted | awk -F'\t' '
    NR <= 5000 { printf "%s\n    { \"path\": \"%s\", \"why\": \"%s\" }", comma, $1, $2; comma = "," }
    END { if (NR > 5000) printf ",\n    { \"path\": \"*\", \"why\": \"and %d more\" }", NR - 5000 }' >unreadable.json
  {
    printf '{\n  "format": 1,\n  "host": { %s"labels": { %s } },\n' "$(cat host.json)" "$(cat labels.json)"
    printf '  "collectedAt": "%s",\n' "$COLLECTED_AT"
    printf '  "collector": { "name": "%s", "version": "%s", "user": %s },\n' "$NAME" "$VERSION" "$UID_"
    printf '  "kernel": "%s",\n' "$(fact proc/sys/kernel/osrelease | quoted)"
    printf '  "trigger": "%s",\n' "$(printf %s "$TRIGGER" | quoted)"
    printf '  "counts": { "tasks": %s, "suspicious": %s, "sampledAgain": %s, "filesVanished": %s, "readersAbandoned": %s },\n' \
      "$(lines_in tasks)" "$(lines_in suspicious)" "$(lines_in sampled)" "$(cat vanished)" "$ABANDONED"
    printf '  "spool": { "dropped": %s },\n' "$(dropped)"
    printf '  "unreadable": [%s\n  ]\n}\n' "$(cat unreadable.json)"
  } >bundle/manifest.json
}

lines_in() { grep -c '' "$1" 2>/dev/null || :; }

pack() {
  add_lines && rm -rf out links links.fd || return 1
  [ "$SCRUB" = no ] || scrub_bundle || return 1
  within 30 bundle.tar.gz pack_bundle && [ -s bundle.tar.gz ]
}

# add_lines: everything read, up to --max-bytes, and no line torn
add_lines() {
  cat out/*[!r] >bundle/proc.lines || return 1
  size=$(wc -c <bundle/proc.lines)
  [ "$size" -gt "$MAX_BYTES" ] || return 0
  head -c "$MAX_BYTES" bundle/proc.lines | sed '$d' >lines.cut && mv lines.cut bundle/proc.lines
  note proc.lines "cut: $((size)) bytes were read, $MAX_BYTES are allowed (--max-bytes)"
}

pack_bundle() {
  cd bundle && tar -cf - ./* | gzip -c
}

# collect: leaves bundle.tar.gz in the work folder
collect() {
  rm -rf bundle out links links.fd lists
  mkdir bundle out links links.fd lists || return 1
  for file in unreadable blocked tasks suspicious others sampled telling names; do : >"$file"; done
  echo 0 >vanished
  QUEUE='' LISTS=0 ABANDONED=0
  COLLECTED_AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  read_host
  read_tasks
  find_sampled
  read_groups
  read_log
  read_again
  read_locks
  explain_absent
  add_empty
  write_manifest
  pack
}

# ---------------------------------------------------------------------------------------- delivery

deliver() {
  outcome=0
  if [ -n "$OUT" ]; then put_out || outcome=$LOST; fi
  if [ -n "$SERVER" ]; then send_or_spool || outcome=$?; fi
  return "$outcome"
}

put_out() {
  if [ "$OUT" = - ]; then
    cat bundle.tar.gz
    return
  fi
  within 10 put.out put_file && return 0
  printf '%s: cannot write %s: %s\n' "$NAME" "$OUT" "$(head -n 1 put.out.err)" >&2
  return 1
}

# put_file: the name appears when the file is whole
put_file() {
  if [ -e "$OUT" ] && [ ! -f "$OUT" ]; then
    cat bundle.tar.gz >"$OUT"
  else
    cat bundle.tar.gz >"$OUT.$$.part" && mv "$OUT.$$.part" "$OUT"
  fi
}

# ----------------------------------------------------------------------------------- upload and spool

# send_or_spool: the fresh bundle first; when the service takes it, those that waited
send_or_spool() {
  if may_send && send bundle.tar.gz; then
    send_spooled
    return 0
  fi
  [ "$VERDICT" != refused ] || { keep_refused; return $REFUSED; }
  within 10 spool.out spool_bundle bundle.tar.gz && {
    say "not delivered ($WHY); kept in $SPOOL, the next run sends it"
    return $SPOOLED
  }
  say "not delivered ($WHY), and $SPOOL takes nothing: $(head -n 1 spool.out.err)"
  return $LOST
}

# may_send: a service that asked for patience is not asked before
may_send() {
  VERDICT=later WHY='the service asked to wait'
  within 2 not-before show "$SPOOL/not-before" || return 0
  read -r not_before <not-before || return 0
  is_number "$not_before" || return 0
  [ "$LAST_CLOCK" -ge "$not_before" ] || [ "$not_before" -gt $((LAST_CLOCK + 86400)) ]
}

# send FILE: until it is taken, refused, or the deadline is near; sets VERDICT and WHY
send() {
  attempt=0
  while :; do
    attempt=$((attempt + 1))
    left=$(((END - TICKS) / 2))
    [ "$left" -ge 1 ] || { VERDICT=later; WHY="${WHY:-no time left}"; return 1; }
    ask "$1" "$left"
    case $VERDICT in
      taken) tell "delivered: $(head -c 300 reply.body 2>/dev/null | tr -d '\000-\037\177')"; return 0 ;;
      refused) say "refused: $WHY"; return 1 ;;
    esac
    pause_for "$attempt" || return 1
    tell "$WHY; again in $((PAUSE / 2)) s"
    pause "$PAUSE"
  done
}

# ask FILE SECONDS: sends it once
ask() {
  rm -f reply.head reply.body reply.code reply.code.err
  address="$SERVER/api/v1/snapshots$(query_of "$1")"
  read_token || return 0
  within "$2" reply.code "send_by_$SENDER" "$1" "$2"
  sent=$?
  status=$(status_of)
  judge "$status" "$sent"
}

# query_of FILE: what the manifest says is in the bundle; the host is named for bundles yet unread
query_of() {
  [ -n "${HOST_NAME-}" ] && [ "$1" = bundle.tar.gz ] || return 0
  printf '?host='
  printf %s "$HOST_NAME" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}

# read_token: by a job, and never onto a command line, where ps would show it
read_token() {
  TOKEN=''
  [ -n "$TOKEN_FILE" ] || return 0
  if within 2 token show "$TOKEN_FILE" && read -r TOKEN <token; [ -z "$TOKEN" ]; then
    VERDICT=refused WHY="there is no token in $TOKEN_FILE"
    return 1
  fi
  case $TOKEN in
    *[!A-Za-z0-9._~+/=:-]*)
      VERDICT=refused WHY="what is in $TOKEN_FILE is no token"
      return 1 ;;
  esac
}

send_by_curl() {
  {
    printf 'url = "%s"\nupload-file = "%s"\nrequest = POST\n' "$address" "$1"
    printf 'header = "Content-Type: application/gzip"\nheader = "Expect:"\n'
    [ -z "$TOKEN" ] || printf 'header = "Authorization: Bearer %s"\n' "$TOKEN"
    printf 'output = "reply.body"\ndump-header = "reply.head"\nwrite-out = "%%{http_code}"\n'
    printf 'silent\nshow-error\nconnect-timeout = 10\nmax-time = %s\n' "$2"
    printf 'user-agent = "%s/%s"\n' "$NAME" "$VERSION"
  } >curl.conf
  ulimit -f 4096 # of what the service answers, two megabytes at most
  exec curl --disable --config curl.conf
}

send_by_wget() {
  {
    printf 'header = Content-Type: application/gzip\n'
    [ -z "$TOKEN" ] || printf 'header = Authorization: Bearer %s\n' "$TOKEN"
    printf 'tries = 1\ntimeout = %s\ncontent_on_error = on\nserver_response = on\nquiet = off\nverbose = off\n' "$2"
  } >wget.conf
  ulimit -f 4096
  exec wget --config=wget.conf --user-agent="$NAME/$VERSION" --post-file="$1" -O reply.body -o reply.head "$address"
}

send_by_busybox_wget() {
  ulimit -f 4096
  exec wget -S -U "$NAME/$VERSION" --header 'Content-Type: application/gzip' --post-file "$1" -O reply.body "$address" 2>reply.head
}

# status_of: of the last answer's first line; empty where no answer came
status_of() {
  sed -n 's|^ *HTTP/[0-9.]* \([0-9][0-9][0-9]\).*|\1|p; s|.*server returned error: HTTP/[0-9.]* \([0-9][0-9][0-9]\).*|\1|p' reply.head 2>/dev/null | tail -n 1
}

# judge STATUS EXIT
judge() {
  case $1 in
    2??) [ "$2" = 0 ] && { VERDICT=taken; WHY=''; return 0; } ;;
  esac
  VERDICT=later
  case $1 in
    '') WHY="$SERVER gave no answer: $(tail -n 1 reply.code.err 2>/dev/null | tr -d '\000-\037\177' | cut -c 1-200)" ;;
    408 | 425 | 429 | 5?? | 2??) WHY="the service answered $1" ;;
    *) VERDICT=refused WHY="the service answered $1: $(head -c 500 reply.body 2>/dev/null | tr -d '\000-\037\177')" ;;
  esac
}

# pause_for ATTEMPT: sets PAUSE, in ticks: what the service asks for, else twice as long each time, by
# chance down to a half; false when that is past the deadline, which is told to the runs to come
pause_for() {
  asked=$(sed -n 's/^ *[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *\([0-9]\{1,6\}\).*/\1/p' reply.head 2>/dev/null | tail -n 1)
  chance=$(od -An -N2 -tu2 /dev/urandom 2>/dev/null | tr -d ' ')
  if [ -n "$asked" ]; then
    asked=${asked#"${asked%%[!0]*}"}
    PAUSE=$((${asked:-0} * 2 + 1 + ${chance:-0} % 3))
  else
    longest=$((1 << ($1 < 7 ? $1 : 7)))
    PAUSE=$(((longest + ${chance:-0} % (longest + 1) + 1) / 2))
  fi
  [ $((TICKS + PAUSE + 2)) -lt "$END" ] && return 0
  if [ -n "$asked" ]; then
    NOT_BEFORE=$((LAST_CLOCK + ${asked:-0}))
    within 2 not-before.out remember_patience
  fi
  return 1
}

remember_patience() { mkdir -p "$SPOOL" && echo "$NOT_BEFORE" >"$SPOOL/not-before"; }

pause() {
  until=$((TICKS + $1))
  while [ "$TICKS" -lt "$until" ]; do pump; done
}

# spool_bundle FILE: keeps it, and of what is there the newest that fit; counts what goes
spool_bundle() {
  mkdir -p "$SPOOL" || exit 1
  size=$(wc -c <"$1")
  [ "$size" -le "$SPOOL_MAX" ] || { echo "it is larger than the spool may be" >&2; exit 1; }
  make_room $((SPOOL_MAX - size))
  # Names sort by their time.
  kept=$SPOOL/$(date +%s).$ME.tar.gz
  cat "$1" >"$kept.part" || { rm -f "$kept.part"; exit 1; }
  mv "$kept.part" "$kept"
}

# make_room BYTES: drops the oldest until the rest is no larger
make_room() {
  # A run that was killed left a part of a bundle.
  rm -f "$SPOOL"/*.part
  count=$(cat "$SPOOL/dropped" 2>/dev/null) && is_number "$count" || count=0
  before=$count
  for old in $(ls -rn "$SPOOL" | grep -E '^[0-9]+\.[0-9.]+\.(tar|refused)\.gz$' | newest_within "$1"); do
    rm -f "${SPOOL:?}/$old" && count=$((count + 1))
  done
  [ "$count" = "$before" ] || { echo "$count" >"$SPOOL/dropped.part" && mv "$SPOOL/dropped.part" "$SPOOL/dropped"; }
}

# newest_within BYTES: of names, newest first, those that no longer fit
newest_within() {
  left=$1
  while read -r kept; do
    size=$(wc -c <"$SPOOL/$kept") || continue
    left=$((left - size))
    [ "$left" -ge 0 ] || echo "$kept"
  done
}

dropped() {
  within 2 dropped.out show "$SPOOL/dropped" && read -r count <dropped.out && is_number "$count" || count=0
  echo "$count"
}

# keep_refused: for people to look at; it is not sent again
keep_refused() {
  within 10 spool.out refuse_bundle && say "kept as $SPOOL/*.refused.gz, and not sent again"
}

refuse_bundle() {
  spool_bundle bundle.tar.gz && mv "$kept" "${kept%.tar.gz}.refused.gz"
}

# send_spooled: oldest first, while there is time
send_spooled() {
  within 5 spooled list_spooled || return 0
  while read -r kept <&8; do
    [ $((END - TICKS)) -gt 4 ] || return 0
    within 5 bundle.old show "$SPOOL/$kept" || continue
    if send bundle.old; then
      within 5 spool.out rm -f "$SPOOL/$kept"
    elif [ "$VERDICT" = refused ]; then
      within 5 spool.out mv "$SPOOL/$kept" "$SPOOL/${kept%.tar.gz}.refused.gz"
    else
      return 0
    fi
  done 8<spooled
}

list_spooled() {
  ls "$SPOOL" 2>/dev/null | grep -E '^[0-9]+\.[0-9.]+\.tar\.gz$' | head -n 1000
}

help() { echo usage; }
scrub_bundle() { return 1; }

main() {
  settle "$@"
  check_tools
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  make_work
  start_clock
  take_lock
  sweep
  renice -n 10 -p $$ >/dev/null 2>&1
  ionice -c 2 -n 7 -p $$ >/dev/null 2>&1
  once
  exit $?
}

# once: one collection and its delivery, within the deadline; a part of it is kept for delivery
once() {
  reserve=$((DEADLINE / 2))
  [ -n "$SERVER" ] || reserve=$((DEADLINE / 5))
  [ "$reserve" -le 30 ] || reserve=30
  END=$((TICKS + DEADLINE * 2))
  READ_END=$((END - reserve))
  # When the shell is stuck beyond its deadline, the clock ends it.
  echo $((DEADLINE * 2 + 20)) >hard
  if collect; then
    [ -s suspicious ] || [ -s tasks ] || die $TOO_LATE "the deadline of $DEADLINE s came before anything was read"
    deliver
  else
    say "the bundle could not be made: no room for it in $WORK_BASE, or the deadline came"
    false
  fi
  code=$?
  : >hard
  return "$code"
}

main "$@"
