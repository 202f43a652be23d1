using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>Which keys of the ring this node uses and accepts: told to all, so that a rotation can be followed.</summary>
public sealed partial class NodeCore
{
    private RingKeysNoted _ringKeys = new([], "");

    private void NoteRingKeys(RingKeysNoted noted)
    {
        if (noted.Problem != _ringKeys.Problem || !noted.Fingerprints.SequenceEqual(_ringKeys.Fingerprints))
        {
            if (noted.Problem.Length > 0 || !_ringKeys.Fingerprints.IsEmpty)
            {
                var others = noted.Fingerprints.Length > 1 ? $", and accepts {string.Join(" and ", noted.Fingerprints.Skip(1))} too" : "";
                _out.Event("ring-key", noted.Problem.Length > 0 ? noted.Problem : $"this node uses ring key {noted.Fingerprints[0]}{others}");
            }

            _ringKeys = noted;
            _reportDue = true;
        }
    }
}
