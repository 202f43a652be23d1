using System.Globalization;

namespace MySqlHa.Machines.Hosts;

/// <summary>A control group of version 2 and all below it.</summary>
internal sealed class ControlGroup(string folder)
{
    public string Folder { get; } = folder;

    public bool HasProcesses => Processes().Count > 0;

    public IReadOnlyList<int> Processes()
    {
        try
        {
            return !Directory.Exists(Folder) ? [] :
            [
                .. Directory.EnumerateFiles(Folder, "cgroup.procs", SearchOption.AllDirectories)
                    .SelectMany(File.ReadLines)
                    .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
            ];
        }
        catch (IOException)
        {
            return Processes(); // a group below ended while it was read
        }
    }

    /// <summary>SIGKILL to all at once. Throws where some are left after 20 seconds.</summary>
    public async Task KillAsync()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "cgroup.kill"), "1");
        if (!await Shell.UntilAsync(() => Task.FromResult(!HasProcesses), TimeSpan.FromSeconds(20)))
        {
            throw new MachinesException($"processes {string.Join(", ", Processes())} of {Folder} do not end");
        }
    }

    /// <summary>Idempotent. No processes may be left.</summary>
    public void Remove()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        foreach (var below in Directory.GetDirectories(Folder))
        {
            new ControlGroup(below).Remove();
        }

        Directory.Delete(Folder); // rmdir: the files in it are the kernel's
    }
}
