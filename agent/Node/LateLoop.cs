using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Node;

/// <summary>The loop as the runner of effects sees it, which is made before the loop is: what is posted until then waits.</summary>
internal sealed class LateLoop
{
    private readonly Lock _gate = new();
    private readonly List<CoreInput> _early = [];
    private NodeLoop? _loop;
    private NodeCore? _core;

    public void Is(NodeLoop loop, NodeCore core)
    {
        lock (_gate)
        {
            (_loop, _core) = (loop, core);
            _early.ForEach(loop.PostSurely);
            _early.Clear();
        }
    }

    public void Post(CoreInput input) => _loop?.Post(input);

    public void PostSurely(CoreInput input)
    {
        lock (_gate)
        {
            if (_loop is null)
            {
                _early.Add(input);
                return;
            }
        }

        _loop.PostSurely(input);
    }

    public TimeSpan LeaseLeft() => _loop?.LeaseLeft ?? TimeSpan.Zero;

    /// <summary>What the node knows of its cluster.</summary>
    public LocalRecord Local(LocalRecord atStart) => _core?.Local is { ClusterSecret.Length: > 0 } local ? local : atStart;
}
