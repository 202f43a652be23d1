using MySqlHa.Machines.Engine;
using Pulumi;
using Xunit;
using Local = Pulumi.Command.Local;

namespace MySqlHa.Tests.Engine;

/// <summary>A folder with a state and a diary, in which the commands of the programs write a line each.</summary>
public sealed class EngineRoom : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mha-engine-");

    public string StatePath => Path.Combine(_folder.FullName, "state.json");

    /// <summary>What the last run told.</summary>
    public string Told { get; private set; } = "";

    private string DiaryPath => Path.Combine(_folder.FullName, "diary");

    /// <summary>What was written since the last look.</summary>
    public IReadOnlyList<string> Diary()
    {
        if (!File.Exists(DiaryPath))
        {
            return [];
        }

        var lines = File.ReadAllLines(DiaryPath);
        File.Delete(DiaryPath);
        return lines;
    }

    /// <summary>Text of a command that writes a line into the diary.</summary>
    public string Write(string line) => $"echo '{line}' >>'{DiaryPath}'";

    /// <summary>Text of a command for another one to wait for.</summary>
    public string Tell(string word) => $"touch '{Path.Combine(_folder.FullName, word)}'";

    /// <summary>Text of a command that waits for another one's word, half a minute at most.</summary>
    public string WaitFor(string word) =>
        $"for i in $(seq 600); do [ ! -e '{Path.Combine(_folder.FullName, word)}' ] || break; sleep 0.05; done";

    /// <summary>A command that notes its making and its end.</summary>
    public Local.Command Noted(string name, string trigger = "", CustomResourceOptions? options = null, string? create = null) => new(
        name,
        new Local.CommandArgs
        {
            Create = create ?? Write($"+{name}{trigger}"),
            Delete = Write($"-{name}{trigger}"),
            Update = Write($"~{name}{trigger}"),
            Triggers = new object[] { trigger },
        },
        options);

    internal async Task<bool> UpAsync(Action<ProgramStack> program, bool preview = false)
    {
        var told = new StringWriter();
        try
        {
            return await Run(options => new ProgramStack(options, program), told)
                .UpAsync(new Dictionary<string, string>(), preview, refresh: true, default);
        }
        finally
        {
            Told = told.ToString();
        }
    }

    internal async Task<bool> DestroyAsync()
    {
        var told = new StringWriter();
        try
        {
            return await Run(_ => throw new InvalidOperationException("a destroy runs no program"), told).DestroyAsync(default);
        }
        finally
        {
            Told = told.ToString();
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private StackRun Run(Func<StackOptions, Stack> program, StringWriter told) =>
        new(program, new StateFile(StatePath), Providers.Commands, told);
}
