using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MySqlHa.Configuration;

/// <summary>Where traces of OpenTelemetry go to.</summary>
/// <param name="Traces">Http or https. Over HTTP whole, with <c>/v1/traces</c>; for gRPC the server's.</param>
/// <param name="Grpc">By gRPC; else protobuf over HTTP.</param>
/// <param name="Headers">Sent with each; may hold secrets.</param>
public sealed record TelemetrySettings(Uri Traces, bool Grpc, ImmutableSortedDictionary<string, string> Headers)
{
    private const string Collectors = "an http or https address of a collector, like http://127.0.0.1:4318";
    private const string Protocols = "grpc or http/protobuf";

    /// <summary>
    /// The key <c>telemetry</c>, else the variables that OpenTelemetry has for it; null: neither.
    /// Of these OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is whole, and <c>/v1/traces</c> is put behind OTEL_EXPORTER_OTLP_ENDPOINT. Null, too,
    /// where OTEL_SDK_DISABLED is true.
    /// </summary>
    internal static TelemetrySettings? Read(OptionsReader read, Func<string, string?> variable, List<ConfigurationProblem> problems)
    {
        const string Allowed = "a mapping with the keys otlp, protocol, headers";
        var settings = read.Map("telemetry", ["otlp", "protocol", "headers"], Allowed) is { } given
            ? FromKey(given, problems)
            : FromEnvironment(variable, problems);
        if (settings is null || string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // OpenTelemetry's exporter hears this one by itself, and then says of a trace that it is sent when it is on its own disk.
        const string Retry = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";
        if (variable(Retry) is { Length: > 0 } retry)
        {
            problems.Add(new ConfigurationProblem(Retry, retry, "is not allowed", "nothing: the agent itself tries again", "environment"));
        }

        return settings;
    }

    private static TelemetrySettings FromKey(OptionsReader given, List<ConfigurationProblem> problems)
    {
        var otlp = given.RequiredHidden("otlp", TryUrl, Collectors, new Uri("http://localhost"));
        var grpc = given.Optional("protocol", TryProtocol, Protocols, false);
        var headers = given.Map("headers", known: null, "a mapping of names of headers to their values");
        var all = (headers?.Keys ?? []).ToImmutableSortedDictionary(
            k => k, k => headers!.RequiredHidden(k, ValueText.TryLine, "one line of text", ""), StringComparer.OrdinalIgnoreCase);
        foreach (var name in all.Keys.Where(k => !IsHeader(k)))
        {
            // Its value may be a secret.
            problems.Add(new ConfigurationProblem($"telemetry.headers.{name}", "", "is no name of a header", "letters, digits and -"));
        }

        return new TelemetrySettings(WithPath(otlp, grpc), grpc, all);
    }

    private static TelemetrySettings? FromEnvironment(Func<string, string?> variable, List<ConfigurationProblem> problems)
    {
        const string Whole = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Base = "OTEL_EXPORTER_OTLP_ENDPOINT";
        var name = variable(Whole) is { Length: > 0 } ? Whole : Base;
        if (variable(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (!TryUrl(text, out var url))
        {
            problems.Add(new ConfigurationProblem(name, "", "is not allowed", Collectors, "environment"));
            return null;
        }

        const string TracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", AnyProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
        var chosen = variable(TracesProtocol) is { Length: > 0 } ? TracesProtocol : AnyProtocol;
        var grpc = false;
        if (variable(chosen) is { Length: > 0 } protocol && !TryProtocol(protocol, out grpc))
        {
            problems.Add(new ConfigurationProblem(chosen, protocol, "is not allowed", Protocols, "environment"));
        }

        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        var listed = variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? variable("OTEL_EXPORTER_OTLP_HEADERS") ?? "";
        foreach (var pair in listed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k.Trim(), Uri.UnescapeDataString(v.Trim())) : ("", "");
            if (!IsHeader(key) || value.Any(char.IsControl))
            {
                // What it is may be a secret.
                const string Allowed = "name=value, by commas, values percent-encoded";
                problems.Add(new ConfigurationProblem("OTEL_EXPORTER_OTLP_HEADERS", "", "has what is no header", Allowed, "environment"));
                break;
            }

            headers[key] = value;
        }

        return new TelemetrySettings(name == Whole && !grpc ? url : WithPath(url, grpc), grpc, headers.ToImmutable());
    }

    /// <summary>Without what stands behind a path; for gRPC nothing is put behind it.</summary>
    private static Uri WithPath(Uri url, bool grpc) => new(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + (grpc ? "" : "/v1/traces"));

    private static bool IsHeader(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool TryUrl(string text, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && value.UserInfo.Length == 0;

    private static bool TryProtocol(string text, out bool grpc)
    {
        grpc = text == "grpc";
        return text is "grpc" or "http/protobuf";
    }
}
