// The Python program that copies an SQLite file which others may be writing, and reads an Optuna study in it.
// A library of our own would not know the locks of the script's SQLite, so the machine's Python does it.

/**
 * Arguments: source, scratch file, `copy` or `read`, `study` or `-`, largest copy in bytes, seconds. The last line of
 * its output is JSON: `problem`, or `study` (null where there is none). It changes nothing beside the source.
 */
export const STUDY_READER = String.raw`
import datetime
import json
import os
import shutil
import sys
import time

BUSY_S = 5
FINISHED = "state IN ('COMPLETE', 'PRUNED', 'FAIL')"


class Unusable(Exception):
    pass


def uri_of(path, separator):
    # C:/a b is file:///C:/a%20b and //host/share is file:////host/share; a name may hold any byte
    if separator == "\\":
        path = path.replace("\\", "/")
    if not path.startswith("/"):
        path = "/" + path
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:"
    return "file://" + "".join(chr(b) if b in plain else "%%%02X" % b for b in os.fsencode(path))


def state_of(path):
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def head_of(path, size):
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except FileNotFoundError:
        return b""


def copy_without_locks(source, scratch):
    """In WAL mode a connection would make files beside the source, or keep them there when the script closes it. A
    copy of the database and then of its log is whole if the log was not begun anew meanwhile: whatever a checkpoint
    wrote into the database is in the log as well."""
    log = source + "-wal"
    log_before, before = head_of(log, 32), state_of(source)
    shutil.copyfile(source, scratch)
    try:
        shutil.copyfile(log, scratch + "-wal")
    except FileNotFoundError:
        pass
    log_after, after = head_of(log, 32), state_of(source)
    if log_before != log_after or (not log_before and before != after):
        raise Unusable("the database changed while it was copied")
    return settled(scratch)


def settled(scratch):
    """Opens the copy and makes one file of it."""
    copy = sqlite3.connect(scratch, isolation_level=None)
    copy.execute("PRAGMA journal_mode=DELETE").fetchone()
    if copy.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise Unusable("the copy is damaged")
    return copy


def connect(source):
    """Reads only, waits for the locks of others, and makes no -shm; hot journals are refused by SQLite itself."""
    uri = uri_of(source, os.sep) + "?mode=ro&readonly_shm=1"
    reader = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return reader


def copy_by_backup(source, scratch, end):
    def in_time(status, remaining, total):
        if time.monotonic() > end:
            raise Unusable("the database is locked")

    reader = connect(source)
    copy = sqlite3.connect(scratch, isolation_level=None)
    copy.execute("PRAGMA synchronous=OFF")
    reader.backup(copy, progress=in_time)
    reader.close()
    copy.close()
    return settled(scratch)


def opened(source, scratch, wants_copy, largest, end):
    in_wal_mode = 2 in head_of(source, 20)[18:20]
    if not in_wal_mode and not wants_copy:
        return connect(source)
    if os.path.getsize(source) > largest:
        raise Unusable("the database is too large to be copied")
    return copy_without_locks(source, scratch) if in_wal_mode else copy_by_backup(source, scratch, end)


def columns_of(database, table):
    return {row[1] for row in database.execute("PRAGMA table_info(%s)" % table)}


def study_of(database):
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"studies", "trials"} <= tables:
        return None
    (study,) = database.execute("SELECT max(study_id) FROM studies").fetchone()
    if study is None:
        return None
    (finished,) = database.execute(
        "SELECT count(*) FROM trials WHERE study_id = ? AND " + FINISHED, (study,)
    ).fetchone()
    return {
        "finished": finished,
        "best": best_of(database, study, tables),
        "total": total_of(database, study) if "study_user_attributes" in tables else None,
        "durations_s": durations_of(database, study),
    }


def best_of(database, study, tables):
    # since Optuna 2.4 a study has a direction, and a trial a value, for each objective
    if "study_directions" in tables:
        found = database.execute("SELECT direction FROM study_directions WHERE study_id = ?", (study,))
    else:
        found = database.execute("SELECT direction FROM studies WHERE study_id = ?", (study,))
    chosen = {"MINIMIZE": "min", "MAXIMIZE": "max"}
    directions = [chosen.get(row[0]) for row in found]
    if len(directions) != 1 or directions[0] is None:
        return None
    if "objective" in columns_of(database, "trial_values"):
        values = "trials JOIN trial_values ON trial_values.trial_id = trials.trial_id"
    else:
        values = "trials"
    # newer versions store what is infinite as NULL
    (best,) = database.execute(
        "SELECT %s(value) FROM %s WHERE study_id = ? AND state = 'COMPLETE' AND abs(value) <= 1.7e308"
        % (directions[0], values),
        (study,),
    ).fetchone()
    return best


def total_of(database, study):
    for key in ("n_trials", "jobq_trials"):
        row = database.execute(
            "SELECT value_json FROM study_user_attributes WHERE study_id = ? AND key = ?", (study, key)
        ).fetchone()
        try:
            total = json.loads(row[0]) if row else None
        except ValueError:
            continue
        if type(total) is int and total > 0:
            return total
    return None


def durations_of(database, study):
    rows = database.execute(
        "SELECT datetime_start, datetime_complete FROM trials WHERE study_id = ? AND " + FINISHED
        + " AND datetime_start IS NOT NULL AND datetime_complete IS NOT NULL"
        " ORDER BY datetime_complete DESC LIMIT 10",
        (study,),
    )
    moment = datetime.datetime.fromisoformat
    return [max(0.0, (moment(end) - moment(start)).total_seconds()) for start, end in rows]


def answer_to(source, scratch, task, wanted, largest, seconds):
    database = opened(source, scratch, task == "copy", int(largest), time.monotonic() + float(seconds))
    try:
        if wanted != "study":
            return {}
        try:
            return {"study": study_of(database)}
        except (sqlite3.Error, TypeError, ValueError):
            return {"study": None}  # tables of these names, but not Optuna's
    finally:
        database.close()


if __name__ == "__main__":
    try:
        import sqlite3

        answer = answer_to(*sys.argv[1:7])
    except Exception as error:
        answer = {"problem": " ".join(str(error).split()) or type(error).__name__}
    print(json.dumps(answer))
`;
