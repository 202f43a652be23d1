using System.Net;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class RefusalBookTests
{
    private static readonly IPAddress Remote = IPAddress.Parse("127.0.31.50");

    private readonly RecordedLog _log = new();
    private readonly RingCounters _counters = new();
    private readonly HandClock _clock = new();
    private readonly RefusalBook _book;

    public RefusalBookTests() => _book = new RefusalBook(_counters, _log, _clock);

    [Fact]
    public void One_address_and_reason_is_logged_once_in_ten_minutes_and_counted_each_time()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            _book.Refuse(RingRefusal.NotTls, Remote, "garbage");
            _clock.Advance(TimeSpan.FromSeconds(59));
        }

        Assert.Equal(1, _log.Refusals);
        Assert.Equal(10, _counters.Refused(RingRefusal.NotTls));
        _book.Refuse(RingRefusal.PlainHttp, Remote, "http");
        Assert.Equal(2, _log.Refusals);
        _clock.Advance(TimeSpan.FromSeconds(10));
        _book.Refuse(RingRefusal.NotTls, Remote, "garbage");
        Assert.Equal(3, _log.Refusals);
    }

    [Fact]
    public void A_flood_of_forged_addresses_fills_neither_the_log_nor_the_memory()
    {
        Flood(10_000);
        Assert.Equal(RefusalBook.MaxPairs, _log.Refusals);
        Assert.Single(_log.Lines, l => l.Id == 2011);
        Assert.Equal(10_000, _counters.DatagramsRefused);

        _clock.Advance(TimeSpan.FromMinutes(11));
        Flood(10_000);
        Assert.Equal(2 * RefusalBook.MaxPairs, _log.Refusals);
        Assert.Equal(2, _log.Lines.Count(l => l.Id == 2011));
    }

    private void Flood(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _book.Refuse(RingRefusal.DatagramGarbage, new IPAddress(0x0A000000 + i), "garbage");
        }
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
