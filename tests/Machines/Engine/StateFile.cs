using System.Text.Json;
using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary>What was made, between runs. It holds secrets: the file's mode is 0600, and it is written whole after each change.</summary>
public sealed class StateFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly List<ResourceState> _resources = [];
    private int _order;

    public StateFile(string path)
    {
        _path = path;
        if (!File.Exists(path))
        {
            return;
        }

        var kept = JsonSerializer.Deserialize<Content>(File.ReadAllText(path))!;
        _resources = [.. kept.Resources];
        _order = _resources.Count == 0 ? 0 : _resources.Max(r => r.Order);
        Outputs = kept.Outputs;
    }

    /// <summary>The stack's outputs of the last run that came to its end; secret ones are objects with a property <c>secret</c>.</summary>
    public JsonObject Outputs { get; private set; } = [];

    /// <summary>In the order of their making, with those that wait for their deletion.</summary>
    public IReadOnlyList<ResourceState> Resources
    {
        get
        {
            lock (_lock)
            {
                return [.. _resources.OrderBy(r => r.Order)];
            }
        }
    }

    public ResourceState? Find(string key)
    {
        lock (_lock)
        {
            return _resources.FirstOrDefault(r => r.Key == key && !r.Replaced);
        }
    }

    /// <summary>A new one; what has its key so far is marked as replaced.</summary>
    public void Add(string type, string name, string id, JsonObject inputs, JsonObject outputs, ResourceTreatment treatment)
    {
        lock (_lock)
        {
            var key = ResourceState.KeyOf(type, name);
            for (var i = 0; i < _resources.Count; i++)
            {
                _resources[i] = _resources[i].Key == key ? _resources[i] with { Replaced = true } : _resources[i];
            }

            _resources.Add(new ResourceState(type, name, id, Own(inputs), Own(outputs), treatment, ++_order));
            Write();
        }
    }

    /// <summary>The same one, changed.</summary>
    public void Change(ResourceState from, ResourceState to)
    {
        lock (_lock)
        {
            _ = _resources.RemoveAll(r => r.Order == from.Order);
            _resources.Add(to with { Inputs = Own(to.Inputs), Outputs = Own(to.Outputs) });
            Write();
        }
    }

    public void Remove(ResourceState resource)
    {
        lock (_lock)
        {
            _ = _resources.RemoveAll(r => r.Order == resource.Order);
            Write();
        }
    }

    public void SetOutputs(JsonObject outputs)
    {
        lock (_lock)
        {
            Outputs = outputs;
            Write();
        }
    }

    private static JsonObject Own(JsonObject node) => node.DeepClone().AsObject();

    private void Write()
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(_path + ".new", options))
        {
            JsonSerializer.Serialize(file, new Content([.. _resources.OrderBy(r => r.Order)], Outputs), Json);
        }

        File.Move(_path + ".new", _path, overwrite: true);
    }

    private sealed record Content(IReadOnlyList<ResourceState> Resources, JsonObject Outputs);
}
