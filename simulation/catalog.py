"""HAIROTICMEN's range, its channels and its people: what everybody in the world can see."""

from dataclasses import dataclass

CATEGORIES = ("shampoo", "conditioner", "styling", "beard", "treatment", "sets")
CHANNELS = ("shop", "market-a", "market-b", "dealers", "stands")
SHOP, MARKET_A, MARKET_B, DEALERS, STANDS = range(len(CHANNELS))
ONLINE = (SHOP, MARKET_A, MARKET_B)
CHANNEL_TITLES = ("Own shop", "Marketplace A", "Marketplace B", "Dealers", "Stands")
FEE_PERCENT = (2.0, 15.0, 12.0, 0.0, 20.0)
VAT_PERCENT = 19
STAND_COUNT, DEALER_COUNT, REP_COUNT, AFFILIATE_COUNT = 60, 30, 4, 40
ZONES = ("north", "south", "east", "west", "centre")
WAREHOUSE = "WH"
COMPETITORS = ("barberline", "mane-street", "northcut")
CAMPAIGNS = ("search", "social", "sponsored")


@dataclass(frozen=True)
class SimulatedProduct:
    """One product as the catalogue has it: shop price with VAT and unit cost in euros, shelf life in days."""

    sku: str
    title: str
    category: str
    pack: str
    price: float
    supplier: str
    shelf_life_days: int


@dataclass(frozen=True)
class SimulatedSupplier:
    """A supplier's promises: lead time in days, payment terms in days, and least units of an order."""

    code: str
    title: str
    lead_time_days: int
    terms_days: int
    minimum_units: int


SUPPLIERS = (
    SimulatedSupplier("S1", "Rheinlab Kosmetik", 14, 30, 150),
    SimulatedSupplier("S2", "Alpen Care", 21, 30, 200),
    SimulatedSupplier("S3", "Porto Verde", 28, 45, 240),
    SimulatedSupplier("S4", "Lodz Packaging & Fill", 18, 14, 120),
    SimulatedSupplier("S5", "Shenzhen Fairway", 42, 0, 300),
)

_RANGE = {
    "shampoo": ("SH", "S1", 900, "250 ml", (
        ("Daily Shampoo", 9.9), ("Anti-Dandruff Shampoo", 12.9), ("Caffeine Shampoo", 14.9), ("Volume Shampoo", 11.9),
        ("Charcoal Shampoo", 13.9), ("Sensitive Shampoo", 12.4), ("Silver Shampoo", 15.9), ("Solid Shampoo Bar", 8.9),
    )),
    "conditioner": ("CO", "S2", 900, "200 ml", (
        ("Daily Conditioner", 10.9), ("Repair Conditioner", 13.9), ("Curl Conditioner", 14.9),
        ("Leave-in Conditioner", 12.9), ("Deep Mask", 16.9), ("Co-Wash", 11.9),
    )),
    "styling": ("ST", "S4", 720, "100 ml", (
        ("Matte Clay", 17.9), ("Strong Gel", 7.9), ("Sea Salt Spray", 13.9), ("Pomade", 16.9), ("Texture Powder", 14.9),
        ("Hair Wax", 12.9), ("Grooming Cream", 13.4), ("Finishing Spray", 11.9), ("Fiber Paste", 15.9),
    )),
    "beard": ("BE", "S3", 540, "50 ml", (
        ("Beard Oil", 15.9), ("Beard Balm", 16.9), ("Beard Wash", 12.9), ("Beard Serum", 19.9), ("Moustache Wax", 9.9),
        ("Beard Brush", 14.9), ("Aftershave Balm", 17.9),
    )),
    "treatment": ("TR", "S3", 300, "50 ml", (
        ("Scalp Serum", 24.9), ("Hair Tonic", 19.9), ("Growth Ampoules", 39.9), ("Scalp Scrub", 18.9),
        ("Night Repair", 27.9), ("Scalp Oil", 21.9),
    )),
    "sets": ("SE", "S5", 900, "set", (
        ("Gift Set", 39.9), ("Travel Set", 24.9), ("Beard Set", 44.9), ("Starter Set", 29.9),
    )),
}  # fmt: skip

PRODUCTS = tuple(
    SimulatedProduct(f"HM-{code}-{number:02d}", title, category, pack, price, supplier, shelf_life)
    for category, (code, supplier, shelf_life, pack, items) in _RANGE.items()
    for number, (title, price) in enumerate(items, start=1)
)
SKUS = tuple(product.sku for product in PRODUCTS)
STAND_CODES = tuple(f"ST{number:02d}" for number in range(1, STAND_COUNT + 1))
DEALER_CODES = tuple(f"D{number:02d}" for number in range(1, DEALER_COUNT + 1))
REP_CODES = tuple(f"R{number}" for number in range(1, REP_COUNT + 1))
AFFILIATE_CODES = tuple(f"A{number:02d}" for number in range(1, AFFILIATE_COUNT + 1))

KNOWN_CODES = {
    "supplier": tuple(supplier.code for supplier in SUPPLIERS),
    "competitor": COMPETITORS,
    "category": CATEGORIES,
    "channel": CHANNELS,
    "sku": SKUS,
    "rep": REP_CODES,
    "affiliate": AFFILIATE_CODES,
    "location": (WAREHOUSE, *STAND_CODES),
}
"""What a scenario may name."""
