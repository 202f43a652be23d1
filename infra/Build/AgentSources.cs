using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Infra.Build;

/// <summary>The sources that the agent is built from, beside this program.</summary>
public sealed class AgentSources
{
    private static readonly string[] RootFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "Local.props"];

    private static readonly string[] BuiltFolders = ["bin", "obj"];

    private AgentSources(string root) => Root = root;

    /// <summary>The repository.</summary>
    public string Root { get; }

    public string Project => Path.Combine(Root, "agent", "agent.csproj");

    /// <summary>Looks upwards from where the program runs and from where it lies. Null: there are none.</summary>
    public static AgentSources? Find()
    {
        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "agent", "agent.csproj")))
                {
                    return new AgentSources(folder.FullName);
                }
            }
        }

        return null;
    }

    /// <summary>12 hex digits of everything that goes into a build for this runtime: the same sources give the same version.</summary>
    public string Version(string runtime)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, "runtime", Encoding.UTF8.GetBytes(runtime));
        foreach (var file in Files())
        {
            Add(hash, Path.GetRelativePath(Root, file).Replace('\\', '/'), File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    private IEnumerable<string> Files()
    {
        var agent = Path.Combine(Root, "agent");
        string[] built = [.. BuiltFolders.Select(name => Path.Combine(agent, name) + Path.DirectorySeparatorChar)];
        var sources = Directory.EnumerateFiles(agent, "*", SearchOption.AllDirectories)
            .Where(file => !built.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)));
        var shared = RootFiles.Select(name => Path.Combine(Root, name)).Where(File.Exists);
        return sources.Concat(shared).Order(StringComparer.Ordinal);
    }

    private static void Add(IncrementalHash hash, string name, byte[] content)
    {
        hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{content.Length}\0"));
        hash.AppendData(content);
    }
}
