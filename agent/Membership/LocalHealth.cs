namespace MySqlHa.Membership;

/// <summary>
/// How far this node should distrust itself (Lifeguard §IV.A): 0, well, to <paramref name="worst"/>. Raised when it missed answers it
/// should have got,
/// when it was suspected itself and when it overslept; lowered by each probe that was answered.
/// </summary>
internal sealed class LocalHealth(int worst)
{
    public int Score { get; private set; }

    public void Better() => Change(-1);

    /// <summary><paramref name="by"/>: one for each sign, not negative.</summary>
    public void Worse(int by) => Change(by);

    /// <summary>A time of the prober, longer the less well this node is.</summary>
    public TimeSpan Scaled(TimeSpan time) => time * (Score + 1);

    private void Change(int by) => Score = Math.Clamp(Score + by, 0, worst);
}
