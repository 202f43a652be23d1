using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary><c>aws:ebs/volume:Volume</c>: a disk of its own. Encryption is recorded only.</summary>
public sealed class VolumeProvider(MachinePlace place) : IProvider
{
    private static readonly string[] Changeable = ["size", "type", "iops", "throughput", "tags"];

    private readonly Volumes _volumes = new(place);

    public bool MustReplace(string input, ResourceState old, JsonObject inputs) => !Changeable.Contains(input);

    public Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation)
    {
        var id = RecordedProvider.NewId("vol-");
        _volumes.Create(id, Size(inputs));
        return Task.FromResult((id, new JsonObject { ["arn"] = $"arn:aws:ec2:machines:000000000000:volume/{id}" }));
    }

    public async Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation)
    {
        _volumes.Resize(old.Id, Size(inputs));
        if (_volumes.Find(old.Id)?.Machine is { } machine)
        {
            foreach (var (_, loop) in (await _volumes.DevicesAsync(machine)).Where(d => d.Volume.Id == old.Id))
            {
                _ = await Shell.MustAsync("losetup", "--set-capacity", loop);
            }
        }

        return old.Outputs;
    }

    public Task DeleteAsync(ResourceState old, CancellationToken cancellation) => _volumes.DeleteAsync(old.Id);

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(_volumes.Find(old.Id) is not null);

    private static int Size(JsonObject inputs) =>
        (int?)(double?)inputs["size"] ?? throw new MachinesException("MissingParameter: a volume needs a size");
}
