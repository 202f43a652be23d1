using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Machines.Hosts;

/// <summary>
/// Where the machines of one stack are kept, and what everything of them outside of that folder is called: bridge, links, nft table,
/// control group. The name comes from the folder, so two stacks never meet.
/// </summary>
public sealed class MachinePlace
{
    public MachinePlace(string home)
    {
        Home = Path.GetFullPath(home);
        Name = "mha" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Home)))[..4];
    }

    public string Home { get; }

    /// <summary>Seven characters: the name of a link has at most fifteen.</summary>
    public string Name { get; }

    public string MachinesFolder => Path.Combine(Home, "machines");

    public string VolumesFolder => Path.Combine(Home, "volumes");

    public string StateFile => Path.Combine(Home, "state.json");

    public string SettingsFile => Path.Combine(Home, "stack.json");

    /// <summary>The control group above those of the machines. On a host of both versions, in the hierarchy of version 2.</summary>
    public string ControlGroup => Path.Combine(
        Directory.Exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup", Name);

    /// <summary>On a host of both versions: the same groups, without processes, which systemd-nspawn makes in that of version 1.</summary>
    public string MirroredGroup => Path.Combine("/sys/fs/cgroup/systemd", Name);

    /// <summary>Only one command at a time may change machines. Throws at once where another one does.</summary>
    public IDisposable Lock()
    {
        _ = Directory.CreateDirectory(Home);
        try
        {
            return new FileStream(Path.Combine(Home, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            throw new MachinesException($"another command works on the machines in {Home}: wait for its end");
        }
    }
}
