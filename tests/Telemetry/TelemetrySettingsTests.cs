using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>OpenTelemetry's variables, where the key is not given.</summary>
public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "http://c:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/x/", "http://c:4318/x/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/own", "http://c:4318/own")]
    [InlineData("OTHER", "http://c:4318", null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4318", null)]
    public void The_variables_of_opentelemetry_are_heard(string name, string value, string? url)
    {
        var (read, problems) = Read($"{name}={value}", "OTEL_EXPORTER_OTLP_HEADERS=a=b%20c, d=e");

        Assert.Equal(url, read?.Traces.AbsoluteUri);
        Assert.Equal(value == "c:4318" ? 1 : 0, problems.Count);
        Assert.Equal(read is null ? "" : "a=b c; d=e", string.Join("; ", read?.Headers.Select(h => $"{h.Key}={h.Value}") ?? []));
        Assert.NotEqual(true, read?.Grpc);
    }

    [Theory]
    [InlineData("http://c:4318/v1/traces", false, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")]
    [InlineData("http://c:4317/", true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")]
    [InlineData("http://c:4317/", true, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317/?x=1", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")]
    [InlineData("http://c:4317/", true, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc",
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")]
    [InlineData("http://c/v1/traces", false, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=",
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")]
    public void The_protocol_is_that_for_traces_else_that_for_all_and_grpc_has_no_path(string url, bool grpc, params string[] variables)
    {
        var (read, problems) = Read(variables);
        Assert.Empty(problems);
        Assert.Equal((url, grpc), (read!.Traces.AbsoluteUri, read.Grpc));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' is not allowed (environment); allowed: grpc or http/protobuf",
        "OTEL_EXPORTER_OTLP_PROTOCOL=http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'GRPC' is not allowed (environment); allowed: grpc or http/protobuf",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=GRPC", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")]
    [InlineData("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY: 'disk' is not allowed (environment); allowed: nothing: the agent itself tries again",
        "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY=disk")]
    public void A_variable_that_cannot_be_heeded_is_one_clear_error_where_a_collector_is_named(string error, params string[] variables)
    {
        Assert.Equal([error], Read([.. variables, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c"]).Problems.Select(p => p.ToString()));
        Assert.Empty(Read(variables).Problems);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("false", false)]
    [InlineData("1", false)]
    public void Who_disables_opentelemetry_gets_no_traces(string disabled, bool none) =>
        Assert.Equal(none, Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c", $"OTEL_SDK_DISABLED={disabled}").Settings is null);

    private static (TelemetrySettings? Settings, List<ConfigurationProblem> Problems) Read(params string[] variables)
    {
        var problems = new List<ConfigurationProblem>();
        var given = variables.Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        var file = new OptionsReader(new Dictionary<string, RawValue>(), problems);
        return (TelemetrySettings.Read(file, given.GetValueOrDefault, problems), problems);
    }
}
