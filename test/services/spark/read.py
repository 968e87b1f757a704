"""Runs the statements that `ddl` printed, in one session of Spark with the metastore of Hive, and compares every value with
the records that the tables were made of. Reads tables of Delta Lake and Iceberg in the same session.

read.py WORK    what export.mjs left in WORK; the last line is "spark: N passed, N failed"
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

work = Path(sys.argv[1]).resolve()
plan = json.loads((work / "plan.json").read_text())

TYPES = {
    "vertices": {
        "id": "string",
        "label": "string",
        "name": "string",
        "big": "bigint",
        "real": "double",
        "ok": "boolean",
        "tags": "array<string>",
        "counts": "array<bigint>",
        "ratios": "array<double>",
        "flags": "array<boolean>",
        "notes": "string",
        "城市": "string",
    },
    "pagerank": {"vertex_id": "string", "pagerank": "double"},
    "text": {"only text": "string"},
    "integers": {"only integer": "bigint"},
}

settings = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.jars.packages": ",".join(
        ["io.delta:delta-spark_4.1_2.13:4.4.0", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0"]
    ),
    "spark.local.dir": str(work / "local"),
    "spark.sql.warehouse.dir": str(work / "warehouse"),
    "spark.sql.shuffle.partitions": "1",
    "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:memory:metastore;create=true",
    "spark.driver.extraJavaOptions": f"-Dderby.stream.error.file={work / 'derby.log'}",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalog.iceberg": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.iceberg.type": "hadoop",
    "spark.sql.catalog.iceberg.warehouse": str(work / "lake"),
}
builder = SparkSession.builder.master("local[2]").enableHiveSupport()
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")


def run(script):
    for statement in script.split(";\n"):
        if statement.strip():
            spark.sql(statement)


def normal(row, types, partitions):
    """JSON text is compared as what it says; null and empty text have one folder of partitions, and one name."""
    result = {}
    for name, type_ in types.items():
        value = row.get(name)
        if name == "notes" and value is not None:
            value = json.loads(value)
        if type_ == "double" and value is not None:
            value = float(value)
        if type_ == "array<double>" and value is not None:
            value = [None if item is None else float(item) for item in value]
        if name in partitions and value in ("", "__HIVE_DEFAULT_PARTITION__"):
            value = None
        result[name] = value
    return json.dumps(result, sort_keys=True, ensure_ascii=False)


def records(job):
    return json.loads((work / f"{job}.json").read_text())


def compare(frame, jobs, has_text_lists=False, partitions=()):
    rows = [row for job in jobs for row in records(job)]
    known = TYPES[jobs[0].split("-")[0]]
    # Columns that no record of these jobs has are not in the table.
    types = {name: type_ for name, type_ in known.items() if any(row.get(name) is not None for row in rows)}
    found = dict(frame.dtypes)
    found.pop("_overflow", None)
    as_stored = {n: "string" if has_text_lists and t.startswith("array") else t for n, t in types.items()}
    assert found == as_stored, f"types: {found}, not {as_stored}"
    got = []
    for row in frame.collect():
        values = row.asDict(recursive=True)
        for name, type_ in types.items():
            if has_text_lists and type_.startswith("array") and values[name] is not None:
                values[name] = json.loads(values[name])
        got.append(normal(values, types, partitions))
    got.sort()
    wanted = sorted(normal(row, types, partitions) for row in rows)
    assert len(got) == len(wanted), f"{len(got)} rows, not {len(wanted)}"
    differing = [pair for pair in zip(got, wanted) if pair[0] != pair[1]]
    assert not differing, f"{len(differing)} rows differ, the first: {differing[0]}"


passed = failed = 0


def check(label, test):
    global passed, failed
    try:
        test()
        passed += 1
    except Exception as error:  # what one table does wrong must not hide what the next one does
        failed += 1
        print(f"FAILED {label}: {error!r}"[:2000])


def check_table(entry):
    table = entry["table"]
    run((work / f"{table}.sql").read_text())
    compare(spark.table(table), [entry["rows"]], entry["hasTextLists"], entry["partitions"])


def check_hive_reader(entry):
    """By the reader of Hive itself instead of Spark's."""
    spark.conf.set("spark.sql.hive.convertMetastoreParquet", "false")
    # Around that reader Spark casts the names of partitions, that of null among them; as text it stays that name.
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        plan_text = spark.table(entry["table"])._jdf.queryExecution().executedPlan().toString()
        assert "Scan hive" in plan_text, plan_text
        compare(spark.table(entry["table"]), [entry["rows"]], False, entry["partitions"])
    finally:
        spark.conf.unset("spark.sql.hive.convertMetastoreParquet")
        spark.conf.unset("spark.sql.ansi.enabled")


def check_lake(lake):
    if lake["format"] == "delta":
        frame = spark.read.format("delta").load(f"{lake['out']}/vertices")
    else:
        frame = spark.table("iceberg.iceberg.vertices")
    compare(frame, lake["rows"])


for entry in plan["tables"]:
    check(entry["table"], lambda: check_table(entry))
    if entry["warehouse"] == "hive":
        check(f"{entry['table']} by the reader of Hive", lambda: check_hive_reader(entry))
for lake in plan["lakes"]:
    check(lake["format"], lambda: check_lake(lake))
spark.stop()
print(f"spark: {passed} passed, {failed} failed")
sys.exit(0 if failed == 0 and passed > 0 else 1)
