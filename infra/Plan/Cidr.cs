using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Infra.Plan;

/// <summary>A range of IPv4 addresses: no bits are set beyond its length.</summary>
public readonly record struct Cidr
{
    private Cidr(uint address, int bits)
    {
        Address = address;
        Bits = bits;
    }

    public static Cidr Everywhere { get; } = new(0, 0);

    public uint Address { get; }

    /// <summary>0 to 32.</summary>
    public int Bits { get; }

    /// <summary>In one of the ranges of RFC 1918.</summary>
    public bool IsPrivate =>
        (Bits >= 8 && Address >> 24 == 10) || (Bits >= 12 && Address >> 20 == 0xac1) || (Bits >= 16 && Address >> 16 == 0xc0a8);

    /// <summary>Null: not of the form 10.20.0.0/16, or with bits set beyond the length.</summary>
    public static Cidr? Parse(string text) =>
        // Parsing drops bits beyond the length without a word, hence the comparison.
        IPNetwork.TryParse(text, out var network)
        && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
        && network.ToString() == text
            ? new Cidr(BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()), network.PrefixLength)
            : null;

    /// <summary>The subnet of this length and number, from 0.</summary>
    public Cidr Subnet(int bits, int number) => new(Address + ((uint)number << (32 - bits)), bits);

    /// <summary>The address of this number within the range, from 0.</summary>
    public string Host(int number) => Text(Address + (uint)number);

    public override string ToString() => $"{Text(Address)}/{Bits.ToString(CultureInfo.InvariantCulture)}";

    private static string Text(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
}
