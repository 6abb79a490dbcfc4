enum Segue {
    static func main() {
        print("segue")
    }
}
