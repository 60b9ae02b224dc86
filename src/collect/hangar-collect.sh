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
# These change how ls prints the links that are read.
unset QUOTING_STYLE TIME_STYLE POSIXLY_CORRECT

VERSION=0.1.0
NAME=hangar-collect
TICK=0.5 # seconds; no wait of the shell is longer

# Exit codes, as --help tells them.
FAILED=1 USAGE=2 NO_TOOL=3 LOCKED=4 SPOOLED=5 REFUSED=6 TOO_LATE=7 LOST=8

# ---------------------------------------------------------------------------------------- settings

SERVER='' TOKEN_FILE='' OUT='' HOST='' LABELS='' LABELS_FILE='' NAMESPACES=suspicious
DEADLINE=60 READ_TIMEOUT=2 MAX_TASKS=100000 MAX_BYTES=134217728 RESAMPLE=5
EXCLUDE=' ' GOROUTINES='' SCRUB=no TRIGGER='' DROPPED=0
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
  case $2 in /proc | /sys | /etc) return 0 ;; esac
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

TOOLS='awk cat cp cut date dd grep gzip head id ln ls mkdir mkfifo mv od readlink rm sed sleep sort tail tar tr wc'

check_tools() {
  missing=''
  for tool in $TOOLS; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  [ -z "$missing" ] || die $NO_TOOL "these commands are needed and not there:$missing"
  sleep 0.01 2>/dev/null || TICK=1
  SENDER=''
  if [ "$SCRUB" = yes ] && ! command -v sha256sum >/dev/null 2>&1; then
    die $NO_TOOL '--scrub needs sha256sum, which is not there'
  fi
  [ -n "$SERVER" ] || return 0
  if command -v curl >/dev/null 2>&1; then
    SENDER=curl
  elif command -v wget >/dev/null 2>&1 && wget --version 2>/dev/null | grep -q 'GNU Wget'; then
    SENDER=wget
  else
    # busybox's wget ends what it sends at the first byte of zero, and shows a token to ps.
    die $NO_TOOL "to upload, curl or GNU wget is needed (busybox's wget cannot send a bundle); --out FILE works without"
  fi
}

# ---------------------------------------------------------------------------- work folder and lock

WORK='' LOCK='' LOCK_BASE='' CLOCK='' WORK_BASE=''

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
    mkdir jobs && return 0
  fi
  cd / && rm -rf "${WORK:?}"
  WORK=''
  return 1
}

# lay_root: the folder that readers stand in, so that they print every path as the bundle has it
lay_root() {
  if [ "$PROC$SYS$ETC" = /proc/sys/etc ]; then
    ln -s / root
  else
    mkdir root && ln -s "$PROC" root/proc && ln -s "$SYS" root/sys && ln -s "$ETC" root/etc
  fi
}

# take_lock run|watch: a symbolic link is made in one step together with what it says
take_lock() {
  lock=$LOCK_BASE/$NAME.$1.lock.$UID_
  for _ in 1 2 3; do
    if ln -s "$ME" "$lock" 2>/dev/null; then
      LOCK=$lock
      return 0
    fi
    holder=$(readlink "$lock" 2>/dev/null) || continue
    if is_alive "$holder"; then
      WHY="another run (process ${holder%%.*}) is at work"
      return 1
    fi
    # Of two that find a dead run's lock, one moves it away.
    stale=$lock.$ME
    mv "$lock" "$stale" 2>/dev/null && [ "$(readlink "$stale")" != "$holder" ] && mv "$stale" "$lock"
    rm -f "$stale"
  done
  WHY="cannot make the lock $lock"
  return 1
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
  # And what a run left that was killed while it moved a dead run's lock away.
  for link in "$LOCK_BASE/$NAME".*.lock."$UID_".[0-9]*.[0-9]*; do
    [ -L "$link" ] || continue
    is_alive "${link##*.lock."$UID_".}" || rm -f "$link"
  done
}

clean_up() {
  trap '' HUP INT TERM
  [ -n "$WORK" ] || return 0
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
  for lock in "$LOCK_BASE/$NAME.run.lock.$UID_" "$LOCK_BASE/$NAME.watch.lock.$UID_"; do
    [ ! -L "$lock" ] || [ "$(readlink "$lock" 2>/dev/null)" != "$ME" ] || rm -f "$lock"
  done
  cd / || :
  case $WORK in */"$NAME".*) rm -rf "$WORK" ;; esac
  WORK=''
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
  # shellcheck disable=SC2034 # two is read where it is evaluated
  read -r event one two <&9 || return 0
  case $event in
    t) tick "$one" ;;
    # Its time runs from here: a host under load may take long to start it.
    s) eval "pid_$one=\$two born_$one=\$TICKS" ;;
    m) MARKED=$one ;;
    e)
      # Reaped, since it ends: a shell that watches for weeks must not keep a row for each job.
      eval "rc_$one=\$two; wait \$wrapper_$one 2>/dev/null"
      : >"jobs/$one.w" ;;
  esac
}

LAST_CLOCK=0 MARK=0 MARKED=0

# catch_up: takes in all that has happened until now, so that no job is called late that has ended
catch_up() {
  MARK=$((MARK + 1))
  echo "m $MARK 0" >&9
  while [ "$MARKED" != "$MARK" ]; do pump; done
}

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

# is_overdue ID: whether a reader has had its time
is_overdue() {
  eval "[ -n \"\$pid_$1\" ] && [ \$((TICKS - born_$1)) -gt $((READ_TIMEOUT * 2)) ]" || return 1
  catch_up
  ! ended "$1"
}

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
  abandon "$1"
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
PER_LIST=1500 # files of one grep: some 50 ms of work

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
      inList = per
      for (i = 1; i <= count; i++) {
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

# read_queue AT_ONCE READER FOLDER KIND: reads the queued lists, in jobs, until the deadline; what
# list 7 gives is out/7.KIND
read_queue() {
  at_once=$1 reader=$2 into=$3 kind_read=$4
  set --
  while [ -n "$QUEUE" ] || [ $# -gt 0 ]; do
    late && break
    while [ -n "$QUEUE" ] && [ $# -lt "$at_once" ]; do
      list=${QUEUE%% *}
      QUEUE=${QUEUE#* }
      job "$into/$list.$kind_read" "$reader" "$list"
      eval "list_$JOB=$list"
      set -- "$@" "$JOB"
    done
    pump
    running=''
    for id; do
      ended "$id" && continue
      if is_overdue "$id"; then find_blocked "$id"; else running="$running $id"; fi
    done
    # shellcheck disable=SC2086 # numbers
    set -- $running
  done
  leave_out "$@"
}

# leave_out ID...: the deadline came first
leave_out() {
  [ $# = 0 ] || kill_all "$@"
  for id; do
    eval "QUEUE=\"$QUEUE\$list_$id \""
  done
  for list in $QUEUE; do
    if read -r path <"lists/$list"; then note "$path" "left out, with what came after it in its list: the deadline"; fi
    : >"lists/$list"
    [ ! -f "$into/$list.$kind_read" ] || mv "$into/$list.$kind_read" torn
  done
  QUEUE=''
}

# kill_all ID...: together, so that those that do not die cost one wait
kill_all() {
  for id; do eval "[ -z \"\$pid_$id\" ] || kill -9 \$pid_$id 2>/dev/null"; done
  until=$((TICKS + 2))
  for id; do
    while ! ended "$id" && [ "$TICKS" -lt "$until" ]; do pump; done
    ended "$id" || abandon "$id"
  done
}

# abandon ID: a reader that not even SIGKILL ends
abandon() {
  eval "kill -9 \$wrapper_$1 \$pid_$1 2>/dev/null; rc_$1=137"
  ABANDONED=$((ABANDONED + 1))
}

read_files() {
  set -f
  # shellcheck disable=SC2046 # digits, slashes and names of this script
  set -- $(cat "lists/$1")
  cd root && exec grep -aH '' "$@"
}

# Lines of a status that no diagnosis asks for: a third of its bytes, and some are private.
STATUS_IDLE='^(Umask|Ngid|Groups|NStgid|NSpgid|NSsid|Vm(Peak|Size|Lck|Pin|HWM|Data|Stk|Exe|Lib|PTE)|Rss[A-Z]|HugetlbPages|CoreDumping|THP_enabled|untag_mask|Cap[A-Z]|NoNewPrivs|Seccomp|Speculation|Cpus_allowed|Mems_allowed|x86_Thread)[A-Za-z_]*:'

read_statuses() {
  set -f
  # shellcheck disable=SC2046
  set -- $(cat "lists/$1")
  cd root && exec grep -aHvE "$STATUS_IDLE" "$@"
}

read_links() {
  set -f
  # shellcheck disable=SC2046
  set -- $(cat "lists/$1")
  # Numbers for the owners: names would be asked of a directory service. -q: no line can be forged.
  # One more name than asked, since a folder alone is listed without its own.
  cd root && exec ls -lnq /dev/null "$@"
}

# find_blocked ID: kills a reader whose time is over, and finds which file of its list it stood at
find_blocked() {
  eval "list=\$list_$1 pid=\$pid_$1"
  only_path "lists/$list" || open_in "$list" "$pid"
  stop "$1" || tell "a reader of $list does not die; it is left behind"
  # What it wrote may be torn; and a reader left behind goes on writing to its file.
  [ ! -f "$into/$list.$kind_read" ] || mv "$into/$list.$kind_read" "$1.torn"
  at_once=$PAR_MAX
  if [ -n "$blocked_path" ]; then give_up "$blocked_path" "$list"; fi
  [ ! -s "lists/$list" ] || split_list "$list"
  if [ "$ABANDONED" -ge "$ABANDONED_MAX" ]; then
    note "${blocked_path:-$list}" "too many readers could not be killed: the rest of its kind is left out"
    QUEUE=''
  fi
  return 0
}

# only_path FILE: sets blocked_path when there is one line
only_path() {
  blocked_path='' another=''
  { read -r blocked_path && read -r another; } <"$1"
  [ -z "$another" ] && return 0
  blocked_path=''
  return 1
}

# open_in LIST PID: sets blocked_path to the file of the list that the reader has open
open_in() {
  within 1 at ls -ln "/proc/$2/fd"
  blocked_path=$(awk -v proc="$PROC/" -v sys="$SYS/" -v etc="$ETC/" '
    function bundled(prefix, name) { if (index(target, prefix) == 1) { path = name substr(target, length(prefix) + 1); open[path] = open["resample/1/" path] = 1 } }
    FILENAME == "at" { if ((i = index($0, " -> ")) > 0) { target = substr($0, i + 4); bundled(proc, "proc/"); bundled(sys, "sys/"); bundled(etc, "etc/") }; next }
    $0 in open { print; exit }' at "lists/$1")
}

# give_up PATH LIST: a blocked file, and with it all of its thread group that may wait for the same lock
give_up() {
  note "$1" "blocked $READ_TIMEOUT s"
  group=''
  case $1 in *proc/[0-9]*/*) group=${1#*proc/} group=${group%%/*} && echo "$group" >>blocked ;; esac
  only_path "lists/$2" && { : >"lists/$2"; return; }
  awk -v blocked="$1" -v group="proc/$group/" '
    $0 == blocked { next }
    group != "proc//" && index($0, group) { print $0 "\tleft out: " blocked " blocked" >> "unreadable"; next }
    { print }' "lists/$2" >rest
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
  QUEUE="$LISTS "
  read_queue 1 read_files out host
}

read_tasks() {
  within "$READ_TIMEOUT" tasks.found list_tasks || note 'proc/*/task/*' "listing the tasks ended after $READ_TIMEOUT s"
  awk -v most="$MAX_TASKS" '
    !/^proc\/[1-9][0-9]*\/task\/[1-9][0-9]*$/ || length($0) > 27 { next }
    ++n <= most { print; next }
    n == most + 1 { print "proc/*/task/*\tleft out: more than " most " tasks (--max-tasks)" >> "unreadable" }
  ' tasks.found >tasks
  list_files tasks 'status comm'
  read_queue 2 read_statuses out status
  find_suspicious
  # Suspicious tasks first: the deadline may come before the rest.
  [ ! -s suspicious ] || read_stacks suspicious
  SAMPLED_AT=$TICKS
  read_stacks others
}

# read_stacks TASKS: the stack first, since who blocks there would block again
read_stacks() {
  wants stack && list_files "$1" stack && read_queue 2 read_files out stack
  # Of a task that nothing points at, the stack says what these would: they are read where stacks are not.
  more='wchan syscall'
  [ "$1" = suspicious ] || ! grep -aqs '/stack:\[' out/*.stack || more=''
  # shellcheck disable=SC2086 # words
  list_files "$1" "$(kinds_of $more stat)"
  read_queue 2 read_files out task
}

kinds_of() {
  for kind; do wants "$kind" && printf '%s ' "$kind"; done
}

# find_suspicious: tasks in D, stopped or killed but there, zombies with live threads, inits of pid
# namespaces; by their status alone, which never blocks
find_suspicious() {
  grep -ahE '^proc/[0-9]+/task/[0-9]+/status:((State:.[DZXTt])|((Sig|Shd)Pnd:.*[13579bdf]..$)|(NSpid:.*[[:space:]][0-9]+[[:space:]]1$))' \
    out/*.status 2>/dev/null >signs
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

# find_sampled: the suspicious, and who stands in a telling wait; and who serves FUSE
find_sampled() {
  grep -ahE "stack:.*[> ]([a-z_0-9]*_)?($TELLING)" out/*.stack 2>/dev/null >telling
  awk -v most="$SAMPLE_MAX" '
    FILENAME == "suspicious" { key = $0 }
    FILENAME != "suspicious" { key = $0; sub(/\/stack:.*/, "", key) }
    /stack:.*fuse_dev_(do_)?(read|splice)/ { split(key, part, "/"); print "proc/" part[2] > "groups.fuse"; next }
    !(key in seen) { seen[key] = 1; if (++n <= most) print key }' suspicious telling >sampled
}

# read_again: the sampled tasks a second time, some seconds after the first
read_again() {
  [ "$RESAMPLE" -gt 0 ] && [ -s sampled ] || return 0
  while [ "$TICKS" -lt $((SAMPLED_AT + RESAMPLE * 2)) ] && ! late; do pump; done
  late && note 'resample/1/proc/*' 'left out: the deadline' && return 0
  lay_again && sed 's|^|resample/1/|' sampled >again
  list_again status
  read_queue 2 read_statuses out status.again
  wants stack && list_again stack && read_queue 4 read_files out stack
  list_again stat
  read_queue 4 read_files out task
}

# lay_again: another name for the same /proc, so that readers print resample/1/ before their paths
lay_again() {
  rm -rf root && mkdir -p root/resample/1 && ln -s "$PROC" root/resample/1/proc
}

# list_again NAME: queues this file of the sampled tasks, but of those whose group blocked
list_again() {
  LISTS=$((LISTS + 1))
  grep -vE "^resample/1/proc/($(tr '\n' '|' <blocked)0)/" again | sed "s|\$|/$1|" >"lists/$LISTS"
  QUEUE="$LISTS "
}

# read_groups: what a thread group has as a whole: namespaces, cgroup, mounts, files that matter
read_groups() {
  awk -F/ '
    FILENAME == "suspicious" { if (!($2 in wary)) { wary[$2] = 1; print "proc/" $2 > "groups.suspicious" }; next }
    !($2 in seen) { seen[$2] = 1; print "proc/" $2 > "groups" }' suspicious tasks
  if wants ns; then
    list_files groups 'ns/pid ns/mnt'
    read_queue 2 read_links links ns
    sed -n 's|^l.* proc/\([0-9]*\)/ns/\([a-z]*\) -> \([a-z]*:\[[0-9]*\]\)$|proc/\1/nslist:l \2 -> \3|p' links/*.ns 2>/dev/null >out/nslist
  fi
  wants mountinfo && read_mounts
  wants fd && read_descriptors
  # Reading a cgroup's name takes a lock that hung tasks may hold; and no signal ends that wait.
  wants cgroup && list_files groups cgroup && read_queue 1 read_files out group
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
  read_queue 4 read_files out mounts
}

# read_descriptors: lists who has /dev/fuse, or a file of a mount that something else serves; names of
# files stay on the host, the mount is named
read_descriptors() {
  who=''
  # Somebody owes an answer, and may be anyone.
  if grep -qaE '^sys/fs/fuse/connections/[0-9]+/waiting:[1-9]' out/*.host 2>/dev/null; then who=groups; fi
  # shellcheck disable=SC2086
  awk '!($0 in seen) && ++n <= 3000 { seen[$0] = 1; print }' groups.fuse groups.suspicious $who >groups.listed
  [ -s groups.listed ] || return 0
  list_files groups.listed fd
  read_queue 2 read_links links fd
  # shellcheck disable=SC2046
  awk '
    FILENAME !~ /^links/ {
      if ($0 ~ /^proc\/mounts:/) { sub(/^proc\/mounts:/, ""); remember($2, $3) }
      else if ($0 ~ /^proc\/[0-9]+\/mountinfo:/) { point = $5; sub(/^.* - /, ""); remember(point, $1) }
      next
    }
    /^proc\/[0-9]+\/fd:$/ { split($0, part, "/"); group = part[2]; next }
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
    }' $(existing out/*.host out/*.mounts links/*.fd) >out/fdlist
}

# existing FILE...: of what globs gave, what is there
existing() {
  for file; do [ ! -f "$file" ] || printf '%s ' "$file"; done
}

read_frozen() {
  to=$PWD/bundle/sys/fs/cgroup
  cd root/sys/fs/cgroup || exit 1
  find . \( -name cgroup.events -o -name freezer.state \) -exec grep -lE '^(frozen 1|FROZEN)$' {} + | head -n 200 >"$to.found"
  while IFS= read -r found; do
    mkdir -p "$to/${found%/*}" && cat "$found" >"$to/$found"
  done <"$to.found"
}

# read_cgroups: a frozen task looks stuck, and is not
read_cgroups() {
  wants cgroup && ! late && command -v find >/dev/null 2>&1 || return 0
  mkdir -p bundle/sys/fs
  within "$READ_TIMEOUT" frozen.out read_frozen || note 'sys/fs/cgroup' "looking for frozen cgroups ended after $READ_TIMEOUT s"
  rm -f bundle/sys/fs/cgroup.found
}

# ask_daemons: a Go daemon prints its goroutines when it gets SIGUSR1; only for those asked for, and
# only if they are root's, since any user may name a task so
ask_daemons() {
  [ -n "$GOROUTINES" ] && [ "$PROC" = /proc ] || return 0
  : >goroutines.mark
  for daemon in $GOROUTINES; do
    [ "$daemon" = docker ] && comm=dockerd || comm=$daemon
    for pid in $(sed -n "s|^proc/\([0-9]*\)/task/\1/comm:$comm\$|\1|p" out/*.status); do
      grep -qE "^proc/$pid/task/$pid/status:Uid:.0.0" out/*.status && kill -USR1 "$pid" 2>/dev/null && tell "SIGUSR1 to $comm, $pid"
    done
  done
}

# read_goroutines: what they wrote since: dockerd into a file of its own, containerd into its temporary folder
read_goroutines() {
  [ -n "$GOROUTINES" ] && [ "$PROC" = /proc ] || return 0
  mkdir -p bundle/goroutines
  within 5 goroutines.out take_goroutines
  rmdir bundle/goroutines 2>/dev/null && note goroutines "asked$GOROUTINES, and found no dump in /run/docker, /var/run/docker or /tmp"
  return 0
}

take_goroutines() {
  for dump in /run/docker/goroutine-stacks-*.log /var/run/docker/goroutine-stacks-*.log /tmp/containerd.*.stacks.log; do
    [ -f "$dump" ] && [ ! -L "$dump" ] && [ -n "$(find "$dump" -prune -newer goroutines.mark)" ] || continue
    name=${dump##*/}
    head -c 33554432 "$dump" >"bundle/goroutines/${name%.log}.txt"
  done
}

read_log() {
  wants dmesg || return 0
  late && note dmesg.txt 'left out: the deadline' && return 0
  for source in dmesg journalctl kmsg; do
    within 5 log "log_by_$source"
    [ ! -s log ] || break
  done
  if [ -s log ]; then
    # The newest two megabytes: more than a ring of the usual size holds.
    tail -c 2097152 log >bundle/dmesg.txt
  else
    note dmesg.txt 'the kernel log could not be read: not by this user, or not in time'
  fi
}

log_by_dmesg() { exec dmesg; }
log_by_journalctl() { exec journalctl --dmesg --boot --no-pager --quiet --output short-monotonic --lines 20000; }
log_by_kmsg() { exec dd if=/dev/kmsg iflag=nonblock bs=8192; }

read_locks() {
  wants locks || return 0
  late && note proc/locks 'left out: the deadline' && return 0
  # Last: during a lockup its reader may not even die.
  within "$READ_TIMEOUT" locks.out grep -aH '' "$PROC/locks"
  case $? in
    124 | 125) note proc/locks "blocked ${READ_TIMEOUT} s" ;;
    *) sed "s|^$PROC/locks:|proc/locks:|" locks.out >out/locks ;;
  esac
}

# ----------------------------------------------------------------------------------------- bundling

# explain_absent: what readers complained of: tasks that ended meanwhile are counted, the rest is told.
# And an empty stack is a fact, while a stack that was not read is none: grep prints the same of both.
explain_absent() {
  # shellcheck disable=SC2046 # names of this script
  awk -v few=20 '
    FILENAME ~ /^lists/ { if ($0 ~ /\/stack$/) asked[$0] = 1; next }
    FILENAME ~ /stack$/ { at = index($0, ":"); delete asked[substr($0, 1, at - 1)]; next }
    match($0, /(proc|sys|etc|resample)\/[^:]*/) {
      path = substr($0, RSTART, RLENGTH)
      sub(/[\047"].*/, "", path)
      delete asked[path]
      if ($0 ~ /No such (file|process)/) { vanished++; next }
      why = $0
      sub(/.*: /, "", why)
      why = tolower(why)
      kind = path
      if (kind ~ /^(resample\/1\/)?proc\/[0-9]/) gsub(/\/[0-9]+/, "/*", kind)
      key = kind "\t" why
      if (++count[key] <= few) first[key] = first[key] path "\t" why "\n"
    }
    END {
      for (key in count) if (count[key] <= few) printf "%s", first[key]; else print key " (" count[key] " files)"
      for (path in asked) print path ":" > "out/empty"
      print vanished + 0 > "vanished"
    }' $(existing lists/* out/*.stack out/*.err links/*.err) >>unreadable
}

# write_manifest: from what was read, on one pass
write_manifest() {
  # shellcheck disable=SC2046
  awk -v name="$NAME" -v version="$VERSION" -v user="$UID_" -v at="$COLLECTED_AT" -v abandoned="$ABANDONED" \
    -v dropped="$DROPPED" -v trigger="$TRIGGER" '
    function text(value) { gsub(/[\001-\037\177]/, "", value); gsub(/[\\"]/, "\\\\&", value); return "\"" value "\"" }
    function has(key, value) { return value == "" ? "" : "\"" key "\": " text(substr(value, 1, 255)) ", " }
    function fact(prefix) { if (index($0, prefix ":") == 1 && !(prefix in facts)) facts[prefix] = substr($0, length(prefix) + 2) }
    FILENAME == "labels" { eq = index($0, "="); labels[substr($0, 1, eq - 1)] = substr($0, eq + 1); next }
    FILENAME == "host.name" { host = $0; next }
    FILENAME == "vanished" { vanished = $0 + 0; next }
    FILENAME ~ /^(tasks|suspicious|sampled)$/ { lines[FILENAME]++; next }
    FILENAME == "unreadable" {
      if (($0 in told) || ++found > 5000) next
      told[$0] = 1
      tab = index($0, "\t")
      unreadable = unreadable (unreadable == "" ? "" : ",") "\n    { \"path\": " text(substr($0, 1, tab - 1)) ", \"why\": " text(substr($0, tab + 1)) " }"
      next
    }
    { fact("proc/sys/kernel/hostname"); fact("proc/sys/kernel/osrelease"); fact("proc/sys/kernel/random/boot_id"); fact("etc/machine-id") }
    END {
      if (host == "") host = facts["proc/sys/kernel/hostname"]
      print substr(host, 1, 255) > "host.name.used"
      for (label in labels) list = list (list == "" ? "" : ", ") text(label) ": " text(labels[label])
      print "{\n  \"format\": 1,"
      print "  \"host\": { " has("name", host) has("machineId", facts["etc/machine-id"]) has("bootId", facts["proc/sys/kernel/random/boot_id"]) "\"labels\": { " list " } },"
      print "  \"collectedAt\": " text(at) ","
      print "  \"collector\": { \"name\": " text(name) ", \"version\": " text(version) ", \"user\": " user + 0 " },"
      print "  " has("kernel", facts["proc/sys/kernel/osrelease"]) "\"trigger\": " text(trigger) ","
      print "  \"counts\": { \"tasks\": " lines["tasks"] + 0 ", \"suspicious\": " lines["suspicious"] + 0 ", \"sampledAgain\": " lines["sampled"] + 0 ", \"filesVanished\": " vanished + 0 ", \"readersAbandoned\": " abandoned + 0 " },"
      print "  \"spool\": { \"dropped\": " dropped + 0 " },"
      print "  \"unreadable\": [" unreadable "\n  ]\n}"
    }' labels host.name vanished tasks suspicious sampled unreadable $(existing out/*.host) >bundle/manifest.json
  read -r HOST_NAME <host.name.used || HOST_NAME=''
}

pack() {
  rm -rf out links || return 1
  within 30 bundle.tar.gz pack_bundle && [ -s bundle.tar.gz ]
}

# add_lines: everything read, up to --max-bytes, and no line torn
add_lines() {
  rm -f out/*.err
  cat out/* >bundle/proc.lines || return 1
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
  rm -rf bundle out links lists root
  lay_root || return 1
  mkdir bundle out links lists || return 1
  for file in unreadable blocked tasks suspicious others sampled groups groups.suspicious groups.fuse; do : >"$file"; done
  echo 0 >vanished
  QUEUE='' LISTS=0 ABANDONED=0
  COLLECTED_AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  read_host
  read_tasks
  find_sampled
  ask_daemons
  read_groups
  read_cgroups
  read_log
  read_again
  read_goroutines
  read_locks
  rm -f torn ./*.torn
  explain_absent
  printf %s "$LABELS" >labels
  printf '%s\n' "$HOST" >host.name
  [ "$SCRUB" = no ] || scrub || return 1
  DROPPED=0
  [ -z "$SERVER" ] || dropped
  # Before the manifest, which tells what was cut.
  add_lines || return 1
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

# put_file: the name appears when the file is whole. In a folder of everybody, as /tmp, somebody may
# have made a link by the name of the part: nothing is written through it (-C opens new files alone).
put_file() {
  if [ -e "$OUT" ] && [ ! -f "$OUT" ]; then
    cat bundle.tar.gz >"$OUT"
  else
    rm -f "$OUT.$$.part"
    set -C
    cat bundle.tar.gz >"$OUT.$$.part" && mv "$OUT.$$.part" "$OUT" && return 0
    rm -f "$OUT.$$.part"
    return 1
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

# send FILE: until it is taken, refused, to be kept for another run, or the deadline is near; sets VERDICT
# and WHY
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
      kept) return 1 ;;
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
    VERDICT=kept WHY="there is no token in $TOKEN_FILE"
    return 1
  fi
  case $TOKEN in
    *[!A-Za-z0-9._~+/=:-]*)
      VERDICT=kept WHY="what is in $TOKEN_FILE is no token"
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
    *)
      WHY="the service answered $1: $(head -c 500 reply.body 2>/dev/null | tr -d '\000-\037\177')"
      case $1 in
        # A token that was changed, a balancer that leads elsewhere: the bundle is not to blame.
        3?? | 401 | 403 | 407) VERDICT=kept ;;
        *) VERDICT=refused ;;
      esac ;;
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
  for old in $(names_in_spool '(tar|refused)' | sort -r | newest_within "$1"); do
    rm -f "${SPOOL:?}/$old" && count=$((count + 1))
  done
  [ "$count" = "$before" ] || { echo "$count" >"$SPOOL/dropped.part" && mv "$SPOOL/dropped.part" "$SPOOL/dropped"; }
}

# names_in_spool KIND: names that begin with the time they were made at
names_in_spool() {
  for kept in "$SPOOL"/*.gz; do printf '%s\n' "${kept##*/}"; done | grep -E "^[0-9]+\.[0-9.]+\.$1\.gz\$"
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

# dropped: how many bundles the spool has dropped since it was made
dropped() {
  within 2 dropped.out show "$SPOOL/dropped" && read -r count <dropped.out && is_number "$count" && DROPPED=$count
  return 0
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
  names_in_spool tar | sort | head -n 1000
}

# ------------------------------------------------------------------------------------------- scrub

# scrub: gives names of hosts and users, addresses and the machine id pseudonyms, in all that leaves.
# A pseudonym is a keyed hash, so it is the same in every bundle of this host; key and map stay here.
scrub() {
  within 5 scrub.key keep_key && [ -s scrub.key ] || {
    say "--scrub needs a folder to keep its key in: $STATE ($(head -n 1 scrub.key.err))"
    return 1
  }
  read -r key <scrub.key
  within 5 scrub.names list_names
  ls out/*[!r] bundle/dmesg.txt bundle/goroutines/* 2>/dev/null >scrub.files
  : >scrub.map
  scrub_with find >scrub.addresses || return 1
  sort -u scrub.names scrub.addresses >scrub.values
  mkdir -p values && make_pseudonyms || return 1
  scrub_with replace || return 1
  sed 's|$|.scrubbed|' scrub.files | while IFS= read -r file; do
    [ ! -f "$file" ] || mv "$file" "${file%.scrubbed}"
  done
  within 5 scrub.kept keep_map || say "the map of pseudonyms could not be kept in $STATE"
}

# keep_key: prints the key, and makes it first where there is none
keep_key() {
  mkdir -p "$STATE" || exit 1
  if [ ! -s "$STATE/scrub.key" ]; then
    od -An -N32 -v -tx1 /dev/urandom | tr -d ' \n' >"$STATE/scrub.key.$$" && mv "$STATE/scrub.key.$$" "$STATE/scrub.key"
  fi
  exec cat "$STATE/scrub.key"
}

keep_map() {
  # The first time there is none, and sort would print nothing at all.
  cat scrub.map "$STATE/scrub.map" 2>/dev/null | sort -u >scrub.all
  cat scrub.all >"$STATE/scrub.map.$$" && mv "$STATE/scrub.map.$$" "$STATE/scrub.map"
}

# list_names: `kind name` of the hosts and users that this host knows
list_names() {
  # shellcheck disable=SC2046
  awk -v host="$HOST" '
    function name(kind, value) { if (length(value) > 1 && value !~ /^(localhost.*|ip6-.*|root|nobody)$/) print kind, value }
    function host_of(value) { name("host", value); sub(/\..*/, "", value); name("host", value) }
    FILENAME ~ /hosts$/ { sub(/#.*/, ""); for (i = 2; i <= NF; i++) host_of($i); next }
    FILENAME ~ /resolv.conf$/ { if ($1 == "search" || $1 == "domain") for (i = 2; i <= NF; i++) name("host", $i); next }
    FILENAME ~ /passwd$/ { split($0, field, ":"); if (field[3] >= 1000 && field[3] != 65534) name("user", field[1]); next }
    /^proc\/sys\/kernel\/hostname:/ { sub(/^[^:]*:/, ""); host_of($0) }
    /^etc\/machine-id:/ { sub(/^[^:]*:/, ""); print "machine", $0 }
    /^proc\/(mounts|[0-9]+\/mountinfo):/ {
      for (i = 1; i <= NF; i++) {
        if (match($i, /^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:/)) {
          split($i, part, /[@:]/); name("user", part[1]); host_of(part[2])
        } else if ($i ~ /^[A-Za-z][A-Za-z0-9_.-]*:\//) { split($i, part, ":"); host_of(part[1]) }
        else if ($i ~ /^\/\/[A-Za-z]/) { split($i, part, "/"); host_of(part[3]) }
      }
    }
    match($0, /server [A-Za-z0-9_.-]+ (not responding|OK|still trying)/) { split(substr($0, RSTART), part, " "); host_of(part[2]) }
    { rest = $0
      while (match(rest, /\/home\/[A-Za-z0-9_.-]+/)) { name("user", substr(rest, RSTART + 6, RLENGTH - 6)); rest = substr(rest, RSTART + RLENGTH) } }
    END { if (host != "") host_of(host) }
  ' $(existing root/etc/hosts root/etc/resolv.conf root/etc/passwd out/*.host out/*.mounts bundle/dmesg.txt out/fdlist)
}

# make_pseudonyms: a file for each value, so that one command hashes them all
make_pseudonyms() {
  awk -v key="$key" '{ file = "values/" NR; print key " " $0 > file; close(file) }' scrub.values
  [ -s scrub.values ] || return 0
  sha256sum values/* >scrub.hashes || return 1
  awk '
    FILENAME == "scrub.values" { value[NR] = $0; next }
    {
      sub(/^values\//, "", $2)
      split(value[$2], part, " ")
      print value[$2], part[1] == "machine" ? substr($1, 1, 32) : part[1] "-" substr($1, 1, 10)
    }' scrub.values scrub.hashes >scrub.map
}

# scrub_with find|replace: finds addresses, or writes each file anew beside itself
scrub_with() {
  # shellcheck disable=SC2046
  awk -v task="$1" '
    function is_v4(value) { return value ~ /^[0-9][0-9]?[0-9]?\.[0-9][0-9]?[0-9]?\.[0-9][0-9]?[0-9]?\.[0-9][0-9]?[0-9]?$/ && value !~ /^(127\.|0\.0\.0\.0)/ }
    function is_v6(value, copy) {
      if (value !~ /^[0-9A-Fa-f:]+$/ || value ~ /^(::1?|[0-9]+::)$/) return 0
      copy = value
      return value ~ /::/ && value ~ /[0-9A-Fa-f]/ || gsub(/:/, "", copy) == 7
    }
    function known(kind, value) {
      if (task == "find") { print kind, value; return value }
      return (value in made) ? made[value] : value
    }
    function part_of(value, dot, label) {
      if (value in made) return made[value]
      if (tolower(value) in made) return made[tolower(value)]
      if (is_v4(value)) return known("v4", value)
      if (index(value, "-")) { label = dashed(value); if (label != value) return label }
      dot = index(value, ".")
      if (dot < 2) return value
      label = substr(value, 1, dot - 1)
      return (label in made) ? made[label] substr(value, dot) : dashed(label) substr(value, dot)
    }
    # Threads of NFS are named 10.1.2.3-manager, hosts of clouds ip-10-1-2-3.
    function dashed(value, piece, count, i, all, dash) {
      count = split(value, piece, "-")
      for (i = 1; i <= count; i++) {
        all = all dash
        dash = "-"
        if (i + 3 <= count && is_v4(piece[i] "." piece[i + 1] "." piece[i + 2] "." piece[i + 3])) {
          all = all known("v4", piece[i] "." piece[i + 1] "." piece[i + 2] "." piece[i + 3])
          i += 3
        } else if (is_v4(piece[i])) all = all known("v4", piece[i])
        else all = all piece[i]
      }
      return all
    }
    function word(value, tail, parts, count, i, all) {
      tail = ""
      while (value ~ /[.:]$/ && !is_v6(value)) { tail = substr(value, length(value)) tail; value = substr(value, 1, length(value) - 1) }
      if (is_v6(value)) return known("v6", value) tail
      i = index(value, "-")
      if (i > 1 && is_v6(substr(value, 1, i - 1))) return known("v6", substr(value, 1, i - 1)) substr(value, i) tail
      count = split(value, parts, ":")
      all = part_of(parts[1])
      for (i = 2; i <= count; i++) all = all ":" part_of(parts[i])
      return all tail
    }
    function clean(line, done) {
      done = ""
      while (match(line, /[A-Za-z0-9_][A-Za-z0-9_.:-]*|::[0-9A-Fa-f:]+/)) {
        done = done substr(line, 1, RSTART - 1) word(substr(line, RSTART, RLENGTH))
        line = substr(line, RSTART + RLENGTH)
      }
      return done line
    }
    function give(line) { if (task == "replace") print line > (FILENAME ".scrubbed") }
    FILENAME == "scrub.map" { made[$2] = $3; next }
    FILENAME == "labels" { at = index($0, "="); give(substr($0, 1, at) clean(substr($0, at + 1))); next }
    FILENAME !~ /^out\// { give(clean($0)); next }
    /^[^:]*\/(stack|wchan|syscall|version|osrelease|boot_id|uptime|loadavg|meminfo|nslist):/ || (/^[^:]*\/status:/ && !/^[^:]*\/status:Name:/) { give($0); next }
    { at = index($0, ":") }
    /^[^:]*\/stat:/ { close_at = index($0, ")"); give(substr($0, 1, at) clean(substr($0, at + 1, close_at - at)) substr($0, close_at + 1)); next }
    { give(substr($0, 1, at) clean(substr($0, at + 1))) }
  ' scrub.map labels host.name $(cat scrub.files) && {
    [ "$1" = find ] || for file in labels host.name; do [ ! -f "$file.scrubbed" ] || mv "$file.scrubbed" "$file"; done
  }
}

# ------------------------------------------------------------------------------------------- watch

LAST_AT=0 PENDING='' REPORTS='INFO: task .* blocked |blocked in I/O wait|soft lockup|hard LOCKUP|detected stalls|self-detected stall|stuck for '

# watch: waits for a hang to show, in the kernel log or in tasks that do not move, and collects then
watch() {
  : >reported
  : >newest
  # In ticks, which go on when the clock of the host is set back.
  LAST_AT=$((0 - MIN_INTERVAL * 2))
  scan_log
  PENDING=''
  while :; do
    JOBS=0
    scan_log
    [ -n "$PENDING" ] || scan_tasks
    if [ -n "$PENDING" ] && [ $((TICKS - LAST_AT)) -ge $((MIN_INTERVAL * 2)) ]; then
      TRIGGER=$PENDING PENDING='' LAST_AT=$TICKS
      say "collecting: $TRIGGER"
      once
    fi
    pause $((WATCH_INTERVAL * 2))
  done
}

# scan_log: whether the newest report is another than at the last look
scan_log() {
  within 5 log log_by_dmesg
  [ -s log ] || within 5 log log_by_kmsg
  grep -aE "$REPORTS" log 2>/dev/null | tail -n 1 >newest.now
  if [ -s newest.now ] && [ "$(cat newest.now)" != "$(cat newest)" ]; then PENDING=hung-task; fi
  mv newest.now newest
}

# scan_tasks: tasks in D, or killed and there, that were so at the last look and have not run since
scan_tasks() {
  rm -rf scan lists root
  mkdir scan lists && lay_root || return 0
  : >blocked
  LISTS=0 QUEUE='' END=$((TICKS + 40)) READ_END=$((TICKS + 40))
  within "$READ_TIMEOUT" tasks.found list_tasks
  grep -xE 'proc/[1-9][0-9]{0,6}/task/[1-9][0-9]{0,6}' tasks.found | head -n "$MAX_TASKS" >tasks
  list_files tasks status
  read_queue 1 read_statuses scan status
  : >stuck.now
  # shellcheck disable=SC2046
  awk '
    function flush() { if (wary) print at, switches }
    { colon = index($0, ":"); path = substr($0, 1, colon - 1); line = substr($0, colon + 1) }
    path != at { flush(); at = path; wary = 0; switches = "" }
    line ~ /^State:.D/ || line ~ /^(Sig|Shd)Pnd:.*[13579bdf]..$/ { wary = 1 }
    line ~ /^(non)?voluntary_ctxt_switches:/ { sub(/.*:./, "", line); switches = switches " " line }
    END { flush() }' $(existing scan/*.status) /dev/null >stuck.now
  # What was collected before is not news.
  if [ -s stuck ] && grep -xF -f stuck stuck.now | grep -vxF -f reported >fresh; then
    cat fresh >>reported
    PENDING=persistent-tasks
  fi
  mv stuck.now stuck
}

# ----------------------------------------------------------------------------------------- dry run

dry_run() {
  lay_root
  within "$READ_TIMEOUT" host.found list_host
  within "$READ_TIMEOUT" tasks.found list_tasks
  echo "would read, of each of $(grep -c '^proc/[1-9]' tasks.found) tasks, the suspicious first: status comm $(kinds_of stack stat)"
  echo "would read, of the suspicious, and of all where stacks are not to be had: $(kinds_of wchan syscall)"
  echo "would read, of each thread group: $(wants ns && echo 'ns/pid ns/mnt (the links) ')$(kinds_of cgroup)"
  wants mountinfo && echo "would read, of one task of each $NAMESPACES namespace: mountinfo"
  wants fd && echo 'would list, of suspicious tasks and FUSE daemons: fd (what is open of /dev/fuse and of mounts served from elsewhere)'
  [ "$RESAMPLE" = 0 ] || echo "would read again, of suspicious tasks, after $RESAMPLE s: status stack stat"
  grep -xE '[A-Za-z0-9/_.:,@!+-]+' host.found | sed 's/^/would read: /'
  wants cgroup && echo 'would read: sys/fs/cgroup/**/cgroup.events and freezer.state'
  wants locks && echo 'would read: proc/locks'
  wants dmesg && echo 'would run: dmesg (or journalctl --dmesg, or read /dev/kmsg)'
  [ -z "$GOROUTINES" ] || echo "would send SIGUSR1 to:$GOROUTINES"
  [ -z "$OUT" ] || echo "would write: $OUT"
  [ -z "$SERVER" ] || echo "would send to: $SERVER/api/v1/snapshots"
}

# -------------------------------------------------------------------------------------------- help

help() {
  cat <<'END'
NAME
  hangar-collect - take the evidence of a hang off a Linux host, even a wedged one

SYNOPSIS
  hangar-collect --server URL [--token-file FILE] [OPTION]...
  hangar-collect --out FILE [OPTION]...
  hangar-collect --watch --server URL [OPTION]...

DESCRIPTION
  Reads what /proc, /sys and the kernel log say of every task, packs it as a bundle that `hangar
  analyze` and a Hangar service read, and writes or sends it. Every read is done in a child that is
  killed when it blocks; what could not be read is listed in the bundle with the reason. It mounts
  nothing, installs nothing, runs neither ps, lsof nor sync, and changes nothing on the host.

WHERE TO
  --server URL          send it to this Hangar service
  --token-file FILE     access token, on the first line; it never stands on a command line
  -o, --out FILE        write it to this file as well, or to standard output: -
  --spool DIR           where bundles wait for a service that is away (/var/spool/hangar)
  --spool-max BYTES     most that waits there (67108864); the oldest are dropped, and counted in
                        the manifests to come. 0 keeps nothing

WHAT IS READ
  --exclude KIND,...    leave out: stack stat wchan syscall cgroup ns fd mountinfo fuse rpc block
                        dmesg locks pressure. May be given several times
  --namespaces WHICH    whose mounts are read: suspicious (those of suspicious tasks), all, or
                        numbers of pid namespaces, as in pid:[4026531836], with commas
  --resample SECONDS    read suspicious tasks again after this time (5), which tells stuck from
                        slow; 0: once
  --goroutines LIST     docker, containerd: send SIGUSR1 to these daemons, who then print their
                        goroutines, and take that along. Never by default
  --max-tasks N         most tasks that are read (100000)
  --max-bytes BYTES     most bytes of /proc text (134217728); the work folder needs twice that
  --dry-run             print what would be read, run and sent; read and send nothing

WHAT IT SAYS OF THE HOST
  --host NAME           name of the host (NODE_NAME, else the kernel's)
  --label NAME=VALUE    label of the host; may be given several times
  --labels-file FILE    labels, NAME=VALUE on each line; Kubernetes' downward API writes such files
  --trigger NAME        why it was collected (manual)
  --scrub               replace host names, user names, IP addresses and the machine id by
                        pseudonyms, the same in every bundle; key and map stay in the state folder

HOW LONG
  --deadline SECONDS    the whole run, delivery included (60). What was read by then is delivered
  --read-timeout SECONDS  longest wait for one read (2)

WATCHING
  --watch               stay, and collect when the kernel log reports a hang (trigger hung-task)
                        or a task in state D or with a pending SIGKILL has not run between two
                        looks (persistent-tasks)
  --watch-interval SECONDS  between two looks (30)
  --min-interval SECONDS    between two collections (600)

PLACES
  --config FILE         settings (/etc/hangar/collect.conf)
  --state DIR           what is kept between runs (/var/lib/hangar)
  --run DIR             temporary files and the lock (/dev/shm, /run, $TMPDIR, /tmp or /var/tmp, the
                        first with room)
  --proc DIR, --sys DIR, --etc DIR  where the host's are mounted, in a container

  --quiet, --verbose, --version, --help

CONFIG FILE
  Lines of `name = value`, by the names of the options without dashes; # begins a comment line.
  It is data: nothing in it is ever run. Options given on the command line win.
      server = https://hangar.example
      token-file = /etc/hangar/token
      label = rack=r1
      scrub = yes

ENVIRONMENT
  NODE_NAME CLUSTER_NAME CLOUD_PROVIDER CLOUD_REGION CLOUD_ZONE INSTANCE_ID INSTANCE_TYPE become
  the labels node, cluster, cloud, region, zone, instance, instanceType. curl's and wget's proxy
  variables are theirs.

EXIT STATUS
  0  delivered. Files that could not be read are listed in its manifest, and are no failure
  1  no bundle could be made: no room for it, or no folder for temporary files
  2  wrong options or config file
  3  a command that is needed is missing
  4  another run is at work
  5  not delivered; kept in the spool, and the next run sends it
  6  refused by the service (4xx but 401, 403 and 407, which end with 5); kept in the spool as
     .refused.gz, and not sent again
  7  the deadline came before a task was read
  8  neither delivered nor kept
  128+n  ended by signal n

SENDING
  A busy or absent service is asked again, each time after twice as long, less by chance, and not
  before its Retry-After, until the deadline; then the bundle is spooled, and later runs ask no
  sooner than Retry-After says. The fresh bundle goes first, then those that waited. The same bytes
  sent twice are one snapshot. A service that hangs, answers 5xx or 429, or resets is all the same
  to the bundle: it is sent, or it is in the spool.

PRIVILEGES
  root                     everything. So do, without root, the four that follow
  CAP_SYS_ADMIN            kernel stacks, the most important part (and the next two)
  CAP_SYS_PTRACE           stack, wchan, syscall, namespaces and descriptors of others' tasks
  CAP_DAC_READ_SEARCH      stack, syscall and descriptors of tasks of other users
  CAP_SYSLOG               the kernel log, where kernel.dmesg_restrict is set
  any user                 status, comm, stat and cgroup of what hidepid lets him see
  FUSE connections are seen where fusectl is mounted at /sys/fs/fuse/connections, NFS requests where
  debugfs is at /sys/kernel/debug. Nothing is mounted to see them: the manifest says what was not there.

NEVER READ
  cmdline, environ, maps, exe, memory and contents of files. Of descriptors only /dev/fuse, block
  devices and the mount points of files that something else serves are kept: no file names.

FILES THAT MAY BE LEFT
  None: temporary files, lock and children are gone after every end. After kill -9 the script's own
  clock clears up within a second, and the next run does where that was killed too. A reader that
  not even SIGKILL ends stays until the host is healed; it holds no pipe and no file of yours.

NEEDS
  a POSIX shell, awk, grep, sed, tar, gzip and the usual small commands, busybox's are enough; curl or
  GNU wget to send (busybox's wget ends a bundle at its first byte of zero, and shows tokens to ps);
  sha256sum for --scrub.

EXAMPLES
  hangar-collect --out /tmp/$(uname -n).tar.gz
  ssh web-7 'sudo sh -s -- --out -' <hangar-collect.sh >web-7.tar.gz
  hangar-collect --server https://hangar.example --token-file /etc/hangar/token --trigger timer
END
}

main() {
  settle "$@"
  check_tools
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  make_work
  start_clock
  renice -n 10 -p $$ >/dev/null 2>&1
  ionice -c 2 -n 7 -p $$ >/dev/null 2>&1
  if [ "$DRY_RUN" = yes ]; then
    dry_run
    exit 0
  fi
  sweep
  if [ "$WATCH" = yes ]; then
    take_lock watch || die $LOCKED "$WHY"
    watch
  fi
  once
  exit $?
}

# once: one collection and its delivery, within the deadline; a part of it is kept for delivery
once() {
  take_lock run || {
    say "$WHY"
    return $LOCKED
  }
  reserve=$((DEADLINE / 2))
  [ -n "$SERVER" ] || reserve=$((DEADLINE / 5))
  [ "$reserve" -le 30 ] || reserve=30
  END=$((TICKS + DEADLINE * 2))
  READ_END=$((END - reserve))
  # When the shell is stuck beyond its deadline, the clock ends it.
  echo $((DEADLINE * 2 + 20)) >hard
  collect_and_deliver
  code=$?
  : >hard
  rm -f "$LOCK"
  LOCK=''
  return "$code"
}

collect_and_deliver() {
  if ! collect; then
    say "no bundle could be made: no room for it in $WORK_BASE, or the deadline came first"
    return $FAILED
  fi
  if [ ! -s tasks ]; then
    say "the deadline of $DEADLINE s came before a task was read"
    return $TOO_LATE
  fi
  deliver
}

main "$@"
