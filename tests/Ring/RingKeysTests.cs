using MySqlHa.Ring;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>Files with one to three keys, and what the steps of a rotation make of them.</summary>
public sealed class RingKeysTests : IDisposable
{
    private static readonly RingKey A = RingKey.Create("a");
    private static readonly RingKey B = RingKey.Create("b");
    private static readonly RingKey C = RingKey.Create("c");
    private static readonly RingKey D = RingKey.Create("d");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void One_to_three_keys_are_read_in_their_order_one_behind_the_other()
    {
        Assert.Equal([A.Fingerprint], RingKeys.Parse(A.ToFileText()).Fingerprints.AsEnumerable());
        var keys = RingKeys.Parse(C.ToFileText() + A.ToFileText().Trim() + "\r\n\n\n" + B.ToFileText());
        Assert.Equal([C.Fingerprint, A.Fingerprint, B.Fingerprint], keys.Fingerprints.AsEnumerable());
        Assert.Equal(keys.Fingerprints, RingKeys.Parse(keys.ToFileText()).Fingerprints.AsEnumerable());
        Assert.Equal(C.ApiToken, keys.First.ApiToken);
        Assert.Equal(3, keys.AuthorityPem.Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal($"{C}, accepting {A} and {B} too", keys.ToString());
        foreach (var secret in A.ToFileText().Split('\n')[3..])
        {
            Assert.True(secret.Length == 0 || !keys.ToString().Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_is_no_file_of_keys_is_refused_in_a_sentence()
    {
        static string Refused(string text) => Assert.Throws<FormatException>(() => RingKeys.Parse(text)).Message;
        string Text(params RingKey[] keys) => string.Concat(keys.Select(k => k.ToFileText()));
        Assert.Equal("4 ring keys; allowed: 1 to 3", Refused(Text(A, B, C, D)));
        Assert.Equal($"ring key {A} is there twice; allowed: each once", Refused(Text(A, B, A)));
        Assert.StartsWith("not a ring key: the first line", Refused(""), StringComparison.Ordinal);
        Assert.StartsWith("not a ring key: the first line", Refused("x\n" + Text(A, B)), StringComparison.Ordinal);
        Assert.StartsWith("key 2 of 2: not a whole ring key", Refused(Text(A, B).TrimEnd()[..^20]), StringComparison.Ordinal);
        Assert.StartsWith("key 2 of 2: not a whole ring key", Refused(Text(A) + "MYSQLHA-RING-KEY-1\n"), StringComparison.Ordinal);
        var renamed = A.ToFileText().Replace(A.NameAndRevision[..2], "x-", StringComparison.Ordinal);
        Assert.StartsWith("key 1 of 2: ring key x-", Refused(renamed + Text(B)), StringComparison.Ordinal);
        Assert.DoesNotContain(A.ToFileText().Split('\n')[3], Refused(Text(A) + "x\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_steps_lead_from_the_old_key_alone_to_the_new_one_alone_and_can_be_repeated()
    {
        var keys = RingKeys.Of(A);
        foreach (var (step, after) in new[]
        {
            (RotationStep.Accept, new[] { A, B }), (RotationStep.Use, [B, A]), (RotationStep.Finish, [B]),
        })
        {
            keys = RingRotation.After(keys, B, step)!;
            Assert.Equal(after, keys.All.AsEnumerable());
            foreach (var done in Enum.GetValues<RotationStep>().Where(s => s <= step))
            {
                Assert.Null(RingRotation.After(keys, B, done));
            }
        }
    }

    [Fact]
    public void A_step_whose_predecessor_was_not_done_on_this_file_is_refused()
    {
        static string Refused(RotationStep step, params RingKey[] keys) =>
            Assert.Throws<RingKeyException>(() => RingRotation.After(RingKeys.Of(keys), B, step)).Message;
        Assert.Contains("do --step accept first", Refused(RotationStep.Use, A), StringComparison.Ordinal);
        Assert.Contains("do --step accept first", Refused(RotationStep.Finish, A), StringComparison.Ordinal);
        Assert.Contains("do --step use first", Refused(RotationStep.Finish, A, B), StringComparison.Ordinal);
        Assert.Contains("holds 3 keys already", Refused(RotationStep.Accept, A, C, D), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_can_be_brought_in_before_a_rotation_is_finished()
    {
        var keys = RingRotation.After(RingKeys.Of(B, A), C, RotationStep.Accept)!;
        Assert.Equal([B, A, C], keys.All.AsEnumerable());
        keys = RingRotation.After(keys, C, RotationStep.Use)!;
        Assert.Equal([C, B, A], keys.All.AsEnumerable());
        Assert.Equal([C], RingRotation.After(keys, C, RotationStep.Finish)!.All.AsEnumerable());
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole_for_its_owner_alone_and_behind_a_link()
    {
        var (path, link) = (_directory.File("ring.key"), _directory.File("link.key"));
        A.Save(path);
        _ = File.CreateSymbolicLink(link, path);
        File.WriteAllText(path + ".new", "left by a crash");

        RingKeyFile.Replace(link, RingKeys.Of(A, B));

        Assert.Equal([A.Fingerprint, B.Fingerprint], RingKeys.Load(path).Fingerprints.AsEnumerable());
#pragma warning disable CA1416 // tests run on Linux
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
#pragma warning restore CA1416
        Assert.NotNull(File.ResolveLinkTarget(link, returnFinalTarget: false));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
    }

    [Fact]
    public void A_file_that_is_far_too_long_is_not_read()
    {
        var path = _directory.File("ring.key");
        A.Save(path);
        File.AppendAllText(path, new string('\n', 70_000));
        Assert.Contains("allowed: 65536", Assert.Throws<RingKeyException>(() => RingKeys.Load(path)).Message, StringComparison.Ordinal);
    }
}
