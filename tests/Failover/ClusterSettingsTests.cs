using System.Collections.Immutable;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Failover;

public sealed class ClusterSettingsTests
{
    [Fact]
    public void A_change_counts_for_its_version_once()
    {
        var change = Change(0, [("a", "1"), ("b", "2")]);
        var one = ClusterState.Empty.Apply(change);
        Assert.Equal((1, "1", "ann"), (one.Settings.Version, one.Settings.Values["a"], one.Settings.By));
        Assert.Same(one, one.Apply(change));
        var two = one.Apply(Change(1, [("a", "3")], "b"));
        Assert.Equal((2, "3", 1), (two.Settings.Version, two.Settings.Values["a"], two.Settings.Values.Count));
        Assert.Same(two, two.Apply(Change(2, [("a", "3")])));
    }

    [Fact]
    public void What_is_beyond_the_bounds_changes_nothing()
    {
        var full = ClusterState.Empty.Apply(Change(0, [.. Enumerable.Range(0, ClusterSettings.MostKeys).Select(n => ($"k{n}", "1"))]));
        Assert.Equal(ClusterSettings.MostKeys, full.Settings.Values.Count);
        Assert.Same(full, full.Apply(Change(1, [("one_more", "1")])));
        Assert.Same(full, full.Apply(Change(1, [("k1", new string('x', ClusterSettings.LongestValue + 1))])));
        Assert.Same(full, full.Apply(Change(1, [(new string('x', ClusterSettings.LongestKey + 1), "1")], "k1")));
        Assert.NotSame(full, full.Apply(Change(1, [("one_more", "1")], "k1")));
    }

    [Fact]
    public void A_state_of_before_has_no_settings_and_one_with_them_is_read_back_in_the_same_order()
    {
        var before = ClusterState.Empty with { ClusterId = "c" };
        var json = JsonSerializer.SerializeToNode(before, FailoverJson.Default.ClusterState)!.AsObject();
        Assert.True(json.Remove("settings"));
        var old = json.Deserialize(FailoverJson.Default.ClusterState)!;
        Assert.Equal((0, "c"), (old.Settings.Version, old.ClusterId));
        var state = old.Apply(Change(0, [("b_a", "1"), ("ba", "2"), ("b1", "3")]));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(state, FailoverJson.Default.ClusterState);
        var again = JsonSerializer.Deserialize(bytes, FailoverJson.Default.ClusterState)!;
        Assert.Equal(state.Settings.Values, again.Settings.Values);
        Assert.Equal(bytes, JsonSerializer.SerializeToUtf8Bytes(again, FailoverJson.Default.ClusterState));
        Assert.Same(StringComparer.Ordinal, again.Settings.Values.KeyComparer);
    }

    [Fact]
    public void What_it_does_not_start_with_is_left_after_two_tries_until_the_next_version_or_an_operators_word()
    {
        var good = new SettingsTaken(1, SettingValues.Empty.Add("a", "1"));
        var bad = new SettingsTaken(2, SettingValues.Empty.Add("a", "x"));
        var local = LocalSettings.None.Starting(good).CameUp().Starting(bad);
        Assert.Equal((2, 1), (local.Begun.Version, local.Good.Version));
        local = local.Fell("no").Starting(bad);
        Assert.Equal((2, 0), (local.Begun.Version, local.Refused));
        local = local.Fell("no").Starting(bad);
        Assert.Equal((1, 2, "no"), (local.Begun.Version, local.Refused, local.RefusedBecause));
        Assert.Same(local, local.Fell("something else")); // these are not the settings' fault
        Assert.Equal(2, local.TriedAgain().Starting(bad).Begun.Version);
        Assert.Equal(3, local.Starting(bad with { Version = 3 }).Begun.Version);

        var json = JsonSerializer.Serialize(LocalRecord.Initial with { Settings = local }, FailoverJson.Default.LocalRecord);
        var read = JsonSerializer.Deserialize(json, FailoverJson.Default.LocalRecord)!.Settings;
        Assert.Equal((1, 1, 2), (read.Begun.Version, read.Good.Version, read.Refused));
        Assert.Equal("1", read.Begun.Values["a"]);
    }

    private static ChangeSettings Change(long version, (string Key, string Value)[] set, params string[] unset) =>
        new(version, set.ToImmutableSortedDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), [.. unset], 5, "ann");
}
