using System.Collections.Immutable;
using MySqlHa.Infra.Plan;
using Pulumi;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>A data volume grows with <c>dataGb</c>, and the file system on it with the volume. It never shrinks.</summary>
[Collection(PulumiCollection.Name)]
public sealed class DataVolumeTests
{
    private static readonly MadeVolume[] Made =
    [
        new("vol-1", "mysql.production-node1-data", 100), new("vol-2", "mysql.production-node2-data", 150),
        new("vol-3", "mysql.production-node3-data", 100), new("vol-9", "somebody's copy", 900),
    ];

    [Theory]
    [InlineData("150")]
    [InlineData("16384")]
    public async Task A_larger_volume_is_asked_for_and_the_machine_told_how_large_it_is(string size)
    {
        var run = await StackRun.OfAsync(new Dictionary<string, string> { ["dataGb"] = size }, volumes: Made);
        Assert.All(run.Of("aws:ebs/volume:Volume"), v => Assert.Equal(double.Parse(size), v.Inputs["size"]));
        Assert.All(
            new[] { 1, 2, 3 },
            n => Assert.Contains($"\nGB='{size}'\n", run.Named($"node{n}-prepare").Text("stdin"), StringComparison.Ordinal));
        Assert.True(run.Named("node2-data").Position < run.Named("node2-prepare").Position);
    }

    [Fact]
    public async Task A_smaller_one_is_refused_in_a_preview_before_any_volume_is_registered()
    {
        var failure = await Assert.ThrowsAnyAsync<RunException>(
            () => StackRun.OfAsync(new Dictionary<string, string> { ["dataGb"] = "149" }, preview: true, volumes: Made));
        Assert.Equal(
            "The configuration cannot be used (1 to mend):\n  dataGb '149': mysql.production-node2-data (vol-2) has 150 GiB, and an EBS "
            + "volume can grow, not shrink: a whole number from 150 to 16384 is allowed",
            failure.Message);
    }

    [Fact]
    public async Task Volumes_of_this_stack_alone_are_asked_for_that_are_not_on_their_way_out()
    {
        var run = await StackRun.OfAsync(stack: "blue");
        var (_, args) = Assert.Single(run.Calls, call => call.Token == "aws:ebs/getEbsVolumes:getEbsVolumes");
        Assert.Equal(
            [("mysqlha:group", "mysql.production"), ("mysqlha:stack", "blue")],
            ((ImmutableDictionary<string, object>)args["tags"]).Select(t => (t.Key, (string)t.Value)).Order());
        var filter = (ImmutableDictionary<string, object>)Assert.Single((ImmutableArray<object>)args["filters"]);
        Assert.Equal("status", filter["name"]);
        Assert.Equal(["creating", "available", "in-use"], ((ImmutableArray<object>)filter["values"]).Cast<string>());
        // What is asked for is what they are called.
        Assert.All(
            run.Of("aws:ebs/volume:Volume"),
            v => Assert.Equal(MadeVolumes.NameOf(Good.Plan(), v.Name.Split('-')[0]), v.Map("tags")["Name"]));
    }

    [Theory]
    [InlineData("ext4", 150, "node2: has grown its ext4 to all 150 GiB of its data volume vol-0abc", "resize2fs /dev/nvme1n1")]
    [InlineData("xfs", 150, "node2: has grown its xfs to all 150 GiB of its data volume vol-0abc", "xfs_growfs /data")]
    [InlineData("ext4", 200, "node2: has grown its ext4 to all 200 GiB of its data volume vol-0abc", "resize2fs /dev/nvme1n1")]
    [InlineData("ext4", 149, "its data volume vol-0abc (/dev/nvme1n1) has 149 GiB after 60 s, and dataGb says 150: look at", "")]
    [InlineData("btrfs", 150, "its data volume vol-0abc (/dev/nvme1n1) has a file system of type btrfs, and ext4 and xfs are", "")]
    public async Task The_file_system_is_grown_by_what_it_is(string kind, int gib, string told, string by)
    {
        var (code, output) = await GrowAsync(kind, gib);
        Assert.Equal(by.Length > 0 ? 0 : 1, code);
        Assert.Contains(told, output, StringComparison.Ordinal);
        Assert.Contains($"[{by}]", output + "[]", StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_fills_its_volume_says_nothing_and_one_that_cannot_grow_says_why()
    {
        Assert.Equal((0, "[resize2fs /dev/nvme1n1]\n"), await GrowAsync("ext4", 150, "stat() { echo 7; }"));
        var (code, output) = await GrowAsync("ext4", 150, "resize2fs() { echo resize2fs 1.47; echo 'Read-only file system'; return 1; }");
        Assert.Equal(1, code);
        Assert.EndsWith("does not grow to 150 GiB: resize2fs 1.47 Read-only file system \n", output, StringComparison.Ordinal);
    }

    /// <summary>The script's own function, on a disk that only says how large it is.</summary>
    private static Task<(int Code, string Output)> GrowAsync(string kind, int gib, string also = "") => LocalShell.RunAsync(
        "-s",
        $$"""
        NODE=node2 ADDRESS=10.20.1.11 VOLUME=vol-0abc DATA=/data GB=150
        {{Shell.Script("common")}}
        {{Shell.Script("prepare")}}
        findmnt() { case "$2" in SOURCE) echo /dev/nvme1n1 ;; *) echo {{kind}} ;; esac; }
        blockdev() { echo $(({{gib}} << 30)); }
        stat() { [ "$1" = -Lc ] && echo 9999:1 || date +%N; }
        sleep() { :; }
        resize2fs() { echo "[resize2fs $*]" >&3; }
        xfs_growfs() { echo "[xfs_growfs $*]" >&3; }
        {{also}}
        exec 3>&1
        grow
        """);
}
