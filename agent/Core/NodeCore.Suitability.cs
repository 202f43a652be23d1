using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>What this node's operator wants of it: its tags, and what their suitability hook says.</summary>
public sealed partial class NodeCore
{
    private SuitabilityNoted _suitability = new("", null);

    private void NoteSuitability(SuitabilityNoted noted)
    {
        if (noted != _suitability)
        {
            _out.Event("suitability", noted.Problem.Length > 0 ? noted.Problem
                : noted.Priority is { } priority ? $"this node may lead, with priority {priority}" : "this node may lead");
            _suitability = noted;
            _reportDue = true;
        }
    }

    private NodeTags EffectiveTags() => _options.Tags with
    {
        NoFailover = _options.Tags.NoFailover || _suitability.Problem.Length > 0,
        Priority = _suitability.Priority ?? _options.Tags.Priority,
    };
}
