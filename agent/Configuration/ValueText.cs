using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Configuration;

/// <summary>How the plain values of the configuration are read; beside each, in words, what is allowed.</summary>
internal static partial class ValueText
{
    public const string Groups = ServiceGroup.Allowed;
    public const string Names = "letters, digits, '.', - and _, at most 64, a letter or digit first";
    public const string Addresses = "the IP address of this node, like 10.0.0.11";
    public const string HttpAddresses = "an IP address of this node, 0.0.0.0 or ::";
    public const string Ports = "a port from 1 to 65535";
    public const string Topologies = "leader or standalone";
    public const string VoterCounts = "3, 5 or 7";
    public const string Switches = "true or false";
    public const string Durabilities = "commit or power";
    public const string Guards = "agent or service";
    public const string LogLevels = "trace, debug, info, warn or error";
    public const string ClientUsers = "letters, digits and _, at most 32, a letter first; not root, and not beginning with mysql";

    public const string Readers = "open or token";
    public const string TlsWords = "offered or required";
    public const string ClientCounts = "a number from 1 to 100000";
    public const string Threads = "a number from 1 to 64";
    public const string Priorities = "a number from 0 to 1000";
    public const string HookTimes = "a duration from 100ms to 10m";
    public const string Everies = "a duration from 1s to 1h";
    public const string Lags = "a duration from 100ms to 1h, like 10s";

    public static bool TryClientCount(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= 100_000;

    public static bool TryThreads(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= 64;

    public static bool TryPriority(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1000;

    public static bool TryHookTime(string text, out TimeSpan value) =>
        DurationText.TryParse(text, out value) && value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromMinutes(10);

    public static bool TryEvery(string text, out TimeSpan value) =>
        DurationText.TryParse(text, out value) && value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromHours(1);

    public static bool TryLag(string text, out TimeSpan value) =>
        DurationText.TryParse(text, out value) && value >= TimeSpan.FromMilliseconds(100) && value <= TimeSpan.FromHours(1);

    public static bool TryGroup(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return ServiceGroup.IsGroup(text);
    }

    public static bool TryName(string text, [MaybeNullWhen(false)] out string value) => Matches(Name(), text, out value);

    /// <summary>One address that others can connect to: no wildcard, no multicast, no scope.</summary>
    public static bool TryAddress(string text, [MaybeNullWhen(false)] out string value) =>
        TryHttpAddress(text, out value) && value is not ("0.0.0.0" or "::");

    public static bool TryHttpAddress(string text, [MaybeNullWhen(false)] out string value)
    {
        // .NET also reads "10.1" and "[fd00::2]:9638"; from 224 on, IPv4 has no address of one machine.
        var good = IPAddress.TryParse(text, out var ip) && (ip.AddressFamily == AddressFamily.InterNetworkV6
            ? !ip.IsIPv6Multicast && !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
            : ip.ToString() == text && ip.GetAddressBytes()[0] < 224);
        value = good ? ip!.ToString() : null;
        return good;
    }

    public static bool TryPort(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= 65535;

    public static bool TryTopology(string text, out Topology value)
    {
        value = text == "standalone" ? Topology.Standalone : Topology.Leader;
        return text is "leader" or "standalone";
    }

    public static bool TryVoters(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is 3 or 5 or 7;

    public static bool TrySwitch(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false";
    }

    public static bool TryReaders(string text, out bool value)
    {
        value = text == "token";
        return text is "token" or "open";
    }

    public static bool TryTls(string text, out bool value)
    {
        value = text == "required";
        return text is "required" or "offered";
    }

    public static bool TryDurability(string text, out Durability value)
    {
        value = text == "power" ? Durability.Power : Durability.Commit;
        return text is "power" or "commit";
    }

    public static bool TryGuard(string text, out GuardOwner value)
    {
        value = text == "service" ? GuardOwner.Service : GuardOwner.Agent;
        return text is "service" or "agent";
    }

    public static bool TryLogLevel(string text, out LogLevel value)
    {
        (var good, value) = text switch
        {
            "trace" => (true, LogLevel.Trace),
            "debug" => (true, LogLevel.Debug),
            "info" => (true, LogLevel.Information),
            "warn" => (true, LogLevel.Warning),
            "error" => (true, LogLevel.Error),
            _ => (false, LogLevel.Information),
        };
        return good;
    }

    public static bool TryClientUser(string text, [MaybeNullWhen(false)] out string value) =>
        Matches(User(), text, out value) && value != "root" && !value.StartsWith("mysql", StringComparison.Ordinal);

    /// <summary>Any text of one line; a second line would be a setting of its own in mysqld's file.</summary>
    public static bool TryLine(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.All(c => !char.IsControl(c));
    }

    private static bool Matches(Regex regex, string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return regex.IsMatch(text);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]{0,31}\z")]
    private static partial Regex User();
}
