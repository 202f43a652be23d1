using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary>One node of a sandbox: its number from 1, its loopback address (real ports), and where its files are.</summary>
public sealed record SandboxNode(int Number, string Ip, string Directory)
{
    public string Name => $"node{Number}";

    public NodeAddress Address => new(Ip);

    public string ConfigFile => Path.Combine(Directory, "agent.yaml");

    public string LogFile => Path.Combine(Directory, "agent.log");

    /// <summary>All the agent and its mysqld write is below it.</summary>
    public string DataDirectory => Path.Combine(Directory, "data");

    /// <summary>The application account, written by the agent.</summary>
    public string ClientFile => Path.Combine(DataDirectory, "client.cnf");
}
