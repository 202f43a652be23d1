namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>One client's commit in a script, and what its client was told: null as long as it waits.</summary>
internal sealed class ScriptedCommit(long content)
{
    public long Content => content;
    public bool? Told { get; set; }

    /// <summary>Whether a node has it, in its relay log or its binary log; applied or not.</summary>
    public bool IsOn(SimNode node) => node.Mysqld.Binlog.Concat(node.Mysqld.Relay).Any(t => t.Content == content);
}
