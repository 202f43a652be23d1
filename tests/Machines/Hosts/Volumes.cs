using System.Globalization;
using System.Text.Json;

namespace MySqlHa.Machines.Hosts;

/// <summary>
/// Data volumes: each a disk of its own, a loop device over a sparse file. They live apart from the machines and outlast them. A
/// machine sees one under the two names it has on EC2: the NVMe device's, and the one by the volume's id.
/// </summary>
public sealed class Volumes(MachinePlace place)
{
    public IReadOnlyList<VolumeRecord> All =>
        !Directory.Exists(place.VolumesFolder) ? [] :
        [.. Directory.GetFiles(place.VolumesFolder, "*.json").Order(StringComparer.Ordinal)
            .Select(f => JsonSerializer.Deserialize<VolumeRecord>(File.ReadAllText(f))!)];

    public static string ById(VolumeRecord volume) =>
        $"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{volume.Id.Replace("-", "", StringComparison.Ordinal)}";

    public VolumeRecord? Find(string id) => All.FirstOrDefault(v => v.Id == id);

    public void Create(string id, int gigabytes)
    {
        _ = Directory.CreateDirectory(place.VolumesFolder);
        Write(new VolumeRecord(id, gigabytes, null, null));
        Resize(id, gigabytes);
    }

    /// <summary>Larger only, as on EC2.</summary>
    public void Resize(string id, int gigabytes)
    {
        using var image = new FileStream(Image(id), FileMode.OpenOrCreate, FileAccess.Write);
        var size = gigabytes * 1024L * 1024 * 1024;
        if (size < image.Length)
        {
            throw new MachinesException($"volume {id} has {image.Length >> 30} GiB: it can grow, not shrink to {gigabytes} GiB");
        }

        image.SetLength(size);
        Write(Find(id)! with { Gigabytes = gigabytes });
    }

    public async Task DeleteAsync(string id)
    {
        if (Find(id) is not { } volume)
        {
            return;
        }

        if (volume.Machine is { } machine)
        {
            throw new MachinesException($"volume {id} is in use by {machine}");
        }

        await ReleaseAsync(volume);
        File.Delete(Image(id));
        File.Delete(Record(id));
    }

    /// <summary>Notes whose it is. The devices come with <see cref="DevicesAsync"/>.</summary>
    public VolumeRecord Give(string id, string machine)
    {
        var volume = Find(id) ?? throw new MachinesException($"there is no volume {id}");
        if (volume.Machine is { } other && other != machine)
        {
            throw new MachinesException($"volume {id} is in use by {other}");
        }

        var used = All.Count(v => v.Machine == machine && v.Id != id);
        volume = volume with { Machine = machine, Device = string.Create(CultureInfo.InvariantCulture, $"/dev/nvme{used + 1}n1") };
        Write(volume);
        return volume;
    }

    /// <summary>Idempotent. Nothing on the machine may use it any more.</summary>
    public async Task TakeAsync(string id)
    {
        if (Find(id) is { } volume)
        {
            await ReleaseAsync(volume);
            Write(volume with { Machine = null, Device = null });
        }
    }

    /// <summary>The loop device of each volume of a machine, made where it was not there.</summary>
    public async Task<IReadOnlyList<(VolumeRecord Volume, string Loop)>> DevicesAsync(string machine)
    {
        var devices = new List<(VolumeRecord, string)>();
        foreach (var volume in All.Where(v => v.Machine == machine))
        {
            var loop = await LoopAsync(Image(volume.Id)) ?? (await Shell.MustAsync("losetup", "--find", "--show", Image(volume.Id))).Trim();
            devices.Add((volume, loop));
        }

        return devices;
    }

    internal static async Task<string?> LoopAsync(string image) =>
        (await Shell.RunAsync("losetup", ["--noheadings", "--output", "NAME", "--associated", image])).Out.Trim() is { Length: > 0 } text
            ? text.Split('\n')[0].Trim()
            : null;

    private async Task ReleaseAsync(VolumeRecord volume)
    {
        if (await LoopAsync(Image(volume.Id)) is { } loop)
        {
            _ = await Shell.MustAsync("losetup", "--detach", loop);
        }
    }

    private string Image(string id) => Path.Combine(place.VolumesFolder, $"{id}.img");

    private string Record(string id) => Path.Combine(place.VolumesFolder, $"{id}.json");

    private void Write(VolumeRecord volume)
    {
        File.WriteAllText(Record(volume.Id) + ".new", JsonSerializer.Serialize(volume));
        File.Move(Record(volume.Id) + ".new", Record(volume.Id), overwrite: true);
    }
}
