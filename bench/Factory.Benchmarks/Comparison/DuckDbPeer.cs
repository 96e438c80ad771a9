using DuckDB.NET.Data;

namespace Factory.Benchmarks.Comparison;

/// <summary>A query under a name that says how it is written.</summary>
internal sealed record PeerQuery(string Name, string Sql);

/// <summary>DuckDB over the very ledger file, in this process, on all cores.</summary>
internal sealed class DuckDbPeer : IDisposable
{
    private const string Details = "details: 'STRUCT(status VARCHAR, kind VARCHAR)'";
    private const string Texts = "ts_utc: 'VARCHAR', run_id: 'VARCHAR', event_type: 'VARCHAR', actor: 'VARCHAR'";
    private const string Rest = "schema_version: 'INTEGER', event_id: 'VARCHAR', parent_event_id: 'VARCHAR', duration_ms: 'BIGINT', rc: 'INTEGER'";
    private const string Newest = "ORDER BY ts_utc DESC, event_type DESC LIMIT 50";
    private const string Ends = "event_type IN ('RUN_END', 'ONESHOT_SUMMARY')", Begins = "event_type IN ('RUN_START', 'RUN_INIT', 'INTEGRATE_START')";
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public DuckDbPeer()
    {
        _connection.Open();
        Query($"SET threads = {Environment.ProcessorCount}");
    }

    /// <summary>The version of the library.</summary>
    public string Version => (string)Query("SELECT version()")[0][0]!;

    /// <summary>Ways to ask for the newest 50 blocked events, whole. The column <c>event_id</c> is first.</summary>
    public static IReadOnlyList<PeerQuery> Filters(string path) =>
    [
        new("all columns, maps and structs", $"SELECT event_id, * FROM {Json(path, $"{Texts}, {Rest}, {Details}, file_counts: 'MAP(VARCHAR, BIGINT)', hashes: 'MAP(VARCHAR, VARCHAR)'")} WHERE details.status = 'BLOCKED' {Newest}"),
        new("all columns, JSON kept as text", $"SELECT event_id, * FROM {Json(path, $"{Texts}, {Rest}, details: 'JSON', file_counts: 'JSON', hashes: 'JSON'")} WHERE (details->>'$.status') = 'BLOCKED' {Newest}"),
        new("columns detected by DuckDB", $"SELECT event_id, * FROM read_ndjson_auto({Quote(path)}) WHERE details.status = 'BLOCKED' {Newest}"),
        new("whole objects", $"SELECT json->>'$.event_id', json FROM read_ndjson_objects({Quote(path)}) WHERE (json->>'$.details.status') = 'BLOCKED' ORDER BY (json->>'$.ts_utc') DESC, (json->>'$.event_type') DESC LIMIT 50"),
    ];

    /// <summary>The same question with no more than four columns in the answer: less than Factory gives.</summary>
    public static PeerQuery SlimFilter(string path) => new(
        "four columns only", $"SELECT * FROM {Json(path, $"event_id: 'VARCHAR', ts_utc: 'VARCHAR', event_type: 'VARCHAR', {Details}")} WHERE details.status = 'BLOCKED' {Newest}");

    /// <summary>Ways to get what a replay gives. The columns run, events, last time and status come first, in this order.</summary>
    public static IReadOnlyList<PeerQuery> Replays(string path) =>
    [
        new("columns given", $"SELECT {Facts} FROM {Json(path, $"{Texts}, {Details}")} GROUP BY run_id ORDER BY min(ts_utc)"),
        new("columns detected by DuckDB", $"SELECT {Facts} FROM (SELECT ts_utc::VARCHAR AS ts_utc, run_id, event_type, actor, details FROM read_ndjson_auto({Quote(path)})) GROUP BY run_id ORDER BY min(ts_utc)"),
    ];

    /// <summary>The least that deserves the name: per run the number of events, first and last time, and a last status.</summary>
    public static PeerQuery SlimReplay(string path) => new(
        "count, first, last, status only", $"SELECT run_id, count(*), max(ts_utc), last(details.status), min(ts_utc) FROM {Json(path, $"ts_utc: 'VARCHAR', run_id: 'VARCHAR', details: 'STRUCT(status VARCHAR)'")} GROUP BY run_id");

    /// <summary>All rows of an answer.</summary>
    public IReadOnlyList<object?[]> Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            reader.GetValues(row!);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The query that answers fastest, of three tries each.</summary>
    public PeerQuery Best(IEnumerable<PeerQuery> queries, Action<string> tell)
    {
        var timed = queries.Select(query => (Query: query, Alternately.Measure(3, Alternately.Seconds(() => Query(query.Sql)))[0].Median)).OrderBy(pair => pair.Median).ToList();
        tell(string.Join("; ", timed.Select(pair => $"{pair.Query.Name} {ComparisonTable.Number(pair.Median)} s")));
        return timed[0].Query;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    // DuckDB has no position of a line to go by, so the time decides what came last; a generated ledger's times only grow.
    private const string Facts =
        $"run_id, count(*), max(ts_utc), arg_max(details.status, ts_utc) FILTER ({Ends}), min(ts_utc), max(ts_utc) FILTER ({Ends}), max(ts_utc) FILTER ({Begins}), "
        + "any_value(details.kind), arg_max(event_type, ts_utc), list_sort(list(DISTINCT actor) FILTER (starts_with(event_type, 'WORKER_')))";

    private static string Json(string path, string columns) => $"read_ndjson({Quote(path)}, columns = {{{columns}}})";

    private static string Quote(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
