using System.Data.Common;
using System.Globalization;
using MySqlHa.Replication;
using MySqlHa.Tests.Acceptance;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// MySQL Group Replication with one primary. It has no agent: what an operator or an init system must do is done here, at once. A mysqld
/// that was killed is started again, and START GROUP_REPLICATION is given as soon as it answers, again and again until it is taken.
/// </summary>
/// <param name="tuning">Settings beside those without which there is no group, as lines of my.cnf.</param>
internal sealed class GroupReplication(BenchmarkNetwork network, string home, params string[] tuning) : BareCluster(network, home)
{
    /// <summary>The account by which a member that joins fetches what it lacks.</summary>
    public const string Recovery = "recovery";
    private const int Port = 33061;
    private const string GroupName = "9a5e6b1c-3d52-4c1e-8f07-5b1f0c2d7a10";
    private const string Members = "performance_schema.replication_group_members";
    private readonly Dictionary<int, CancellationTokenSource> _joining = [];
    private int _primary = 1;

    // Read-only until the group opens its primary: a server that was started again and is not back yet would take writes of its own.
    protected override IEnumerable<string> Settings(int node) =>
    [
        "plugin_load_add = group_replication.so",
        $"loose_group_replication_group_name = {GroupName}",
        $"loose_group_replication_local_address = {BenchmarkNetwork.Address(node)}:{Port}",
        $"loose_group_replication_group_seeds = {string.Join(',', Nodes.Select(n => $"{BenchmarkNetwork.Address(n)}:{Port}"))}",
        $"loose_group_replication_ip_allowlist = {BenchmarkNetwork.Subnet}",
        "loose_group_replication_start_on_boot = OFF",
        "loose_group_replication_recovery_use_ssl = ON",
        .. tuning,
    ];

    public override async Task StartAsync()
    {
        await StartServersAsync();
        // The group died as a whole and quietly, so the last primary has all there is.
        foreach (var node in Nodes.OrderBy(n => n != _primary))
        {
            await JoinAsync(node, bootstrap: node == _primary, CancellationToken.None);
        }

        _ = await ReadyAsync(within: 90);
    }

    public override void StartNode(int node)
    {
        StartMysqld(node);
        _joining[node] = new CancellationTokenSource();
        _ = JoinAsync(node, bootstrap: false, _joining[node].Token);
    }

    protected override void RestartMysqld(int node) => StartNode(node);

    public override async Task KillNodeAsync(int node)
    {
        StopJoining();
        await base.KillNodeAsync(node);
    }

    public override async Task EndAsync()
    {
        StopJoining();
        await base.EndAsync();
    }

    public override async Task SwitchoverAsync(int from, int to)
    {
        await using var root = await RootAsync(from);
        var uuid = await SingleAsync(root, $"SELECT member_id FROM {Members} WHERE member_host = '{BenchmarkNetwork.Address(to)}'");
        _ = await SingleAsync(root, $"SELECT group_replication_set_as_primary('{uuid}')");
    }

    public override async Task<int> WholeAsync()
    {
        var primaries = new HashSet<string>();
        foreach (var node in Nodes)
        {
            await using var root = await RootAsync(node);
            var online = await SingleAsync(root, $"SELECT COUNT(*) FROM {Members} WHERE member_state = 'ONLINE'");
            if (online != Nodes.Count.ToString(CultureInfo.InvariantCulture))
            {
                return 0;
            }

            _ = primaries.Add(await SingleAsync(root, $"SELECT member_host FROM {Members} WHERE member_role = 'PRIMARY'"));
        }

        if (primaries.Count != 1)
        {
            return 0;
        }

        return _primary = Nodes.Single(n => primaries.Contains(BenchmarkNetwork.Address(n)));
    }

    public override async Task<bool> FollowsAsync(int node, int leader)
    {
        await using var root = await RootAsync(node);
        var primary = await SingleAsync(
            root,
            $"SELECT COALESCE(MAX(p.member_host), '') FROM {Members} p, {Members} own"
                + " WHERE own.member_id = @@server_uuid AND own.member_state = 'ONLINE' AND own.member_role = 'SECONDARY'"
                + " AND p.member_state = 'ONLINE' AND p.member_role = 'PRIMARY'");
        return primary == BenchmarkNetwork.Address(leader);
    }

    private async Task JoinAsync(int node, bool bootstrap, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var root = await RootAsync(node);
                await root.ExecuteAsync(
                    $"CHANGE REPLICATION SOURCE TO SOURCE_USER = '{Recovery}', SOURCE_PASSWORD = '{Recovery}'"
                        + " FOR CHANNEL 'group_replication_recovery'");
                await root.ExecuteAsync($"SET GLOBAL group_replication_bootstrap_group = {(bootstrap ? "ON" : "OFF")}");
                await root.ExecuteAsync("START GROUP_REPLICATION");
                await root.ExecuteAsync("SET GLOBAL group_replication_bootstrap_group = OFF");
                return;
            }
            catch (Exception e)
                when (e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private void StopJoining()
    {
        foreach (var joining in _joining.Values)
        {
            joining.Cancel();
        }

        _joining.Clear();
    }

    private static async Task<string> SingleAsync(DbConnection connection, string sql) =>
        (await Column.ReadAsync(connection, sql, value => Convert.ToString(value, CultureInfo.InvariantCulture)!)).SingleOrDefault() ?? "";
}
